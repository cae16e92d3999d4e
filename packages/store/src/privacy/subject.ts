/** SQL: the name under which somebody stands in the list of erased people: a hash keyed with this database's own key. */
export const subjectOf = (userId: string): string => `(
  select sha256(k.outer_pad || sha256(k.inner_pad || sha256(convert_to(${userId}::text, 'UTF8')))) from erasure_key k)`

/** SQL: whether they were erased, and the host's server has not sent them again since. */
export const isErased = (userId: string): string => `exists (
  select from erasure x where x.subject = ${subjectOf(userId)} and x.readmitted_at is null)`
