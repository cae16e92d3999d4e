import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrationProblems } from '../check-migrations.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardwalk-migrations-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const problemsOf = async (sql: string): Promise<string> => {
  await writeFile(join(folder, '0017-planted.sql'), sql)
  return migrationProblems(folder).join('\n')
}

test('a migration that only expands is let through', async () => {
  const sql = `
    create table fresh (id bigint primary key, person_id bigint not null);
    create index fresh_person on fresh (person_id);
    alter table person add column nickname text, add column is_guest boolean not null default false;`
  expect(await problemsOf(sql)).toBe('')
})

test.each([
  ['an index over a table with rows', 'create index slow on happening (type);', 'require-concurrent-index'],
  [
    'a default that rewrites the table',
    'alter table person add column a uuid default gen_random_uuid();',
    'adding-field-with-default',
  ],
  [
    'a column that the version before does not fill',
    'alter table person add column a text not null;',
    'adding-required-field',
  ],
  ['a column taken away', 'alter table person drop column facts;', 'ban-drop-column'],
  ['a column renamed', 'alter table person rename column facts to words;', 'renaming-column'],
  ['a table taken away', 'drop table person;', 'ban-drop-table'],
  [
    'another type of a column',
    'alter table step_state alter column step_version type bigint;',
    'changing-column-type',
  ],
  [
    'a condition over all rows',
    'alter table person add constraint c check (revision > 0);',
    'constraint-missing-not-valid',
  ],
  [
    'a column that must be filled from now on',
    'alter table person alter column consent set not null;',
    'adding-not-nullable-field',
  ],
  [
    'an end of its transaction',
    'create table a (id bigint primary key);\ncommit;\nselect 1;',
    'transaction-nesting',
  ],
  ['waiting for a lock without an end', 'set local lock_timeout = 0;', 'lock_timeout'],
  [
    'a rule left out without a reason',
    '-- squawk-ignore ban-drop-table\ndrop table person;',
    'say in a comment above',
  ],
])('%s is refused', async (_, sql, rule) => {
  expect(await problemsOf(sql)).toContain(rule)
})

test('a statement may be let off where a comment says why', async () => {
  const sql = '-- Nobody has read it since version 3.\n-- squawk-ignore ban-drop-table\ndrop table person;'
  expect(await problemsOf(sql)).toBe('')
})
