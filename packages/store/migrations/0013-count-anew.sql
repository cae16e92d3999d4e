-- What is counted is no longer what was: activation by the flow's document, skips by colleagues, facts that are no short names. Taking
-- back by today's rules what was counted by yesterday's would not come to nothing, so all but what erased people left is counted anew.
do $$
declare
  counted text;
begin
  -- First the reader, as everybody does who counts.
  update reader set xid = '0', seq = 0, incomplete_until = pg_snapshot_xmin(pg_current_snapshot()) where name = 'analytics';
  foreach counted in array array['journey_count', 'step_count', 'duration_count', 'value_count', 'return_count', 'nudge_count', 'block_count'] loop
    execute format('delete from %I where not erased', counted);
  end loop;
  delete from tally;
end $$;
