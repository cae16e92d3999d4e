import { raiseCatalogue } from '../catalogue.ts'
import type { Query } from '../database/database.ts'

// Where a person is named in what is not theirs: lists of user ids that the team keeps, and records of others that could not
// be taken.

type Listing = { readonly table: string; readonly key: string; readonly document: string }

/** Documents that hold lists of user ids, and their histories. All are few and small. */
const listings: readonly Listing[] = [
  { table: 'release', key: 'flow', document: 'settings' },
  { table: 'release_change', key: 'id', document: 'changed' },
  { table: 'release_plan', key: 'flow', document: 'phases' },
  { table: 'experiment', key: 'id', document: 'document' },
  { table: 'experiment_change', key: 'id', document: 'changed' },
]

/** `$1` is the user id as JSON writes it. */
const namingStatement = ({ table, key, document }: Listing, lock: '' | 'for update') => ({
  name: `naming_${table} ${lock}`,
  text: `
    select ${key}::text as key, ${document} as document from ${table}
    where position($1 in ${document}::text) > 0 order by ${key} ${lock}`,
})

// Who changes one of them reads it first: they have lost when its revision has risen.
const rewriteStatement = ({ table, key, document }: Listing) => ({
  name: `rewrite_${table}`,
  text: `
    update ${table} set ${document} = $2::jsonb ${table.endsWith('_change') ? '' : ', revision = revision + 1'}
    where ${key}::text = $1`,
})

const lockFlows = {
  name: 'lock_flows_naming',
  text: `
    select from flow f
    where exists (select from release r where r.flow = f.name and position($1 in r.settings::text) > 0)
      or exists (select from release_plan p where p.flow = f.name and position($1 in p.phases::text) > 0)
    order by f.name for update`,
}
const lockCatalogue = {
  name: 'lock_catalogue_naming',
  text: `
    select from catalogue
    where exists (select from experiment e where position($1 in e.document::text) > 0) for update`,
}

/** The fields whose values are user ids: a list of them, or an object from them to an arm. */
const naming = new Set(['userWhitelist', 'testers'])

/** `named`: within such a field, or its change. */
const without = (value: unknown, userId: string, named = false): unknown => {
  if (Array.isArray(value))
    return value.filter((one) => !named || one !== userId).map((one) => without(one, userId, named))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field, one]) => !named || field !== userId || typeof one !== 'string')
      .map(([field, one]) => [field, without(one, userId, named || naming.has(field))]),
  )
}

type Named = { readonly listing: Listing; readonly key: string; readonly text: string }

/** Those that name the person, and what they are without. */
const namingIn = async (query: Query, userId: string, lock: '' | 'for update'): Promise<Named[]> => {
  const all: Named[] = []
  for (const listing of listings) {
    const rows = await query<{ key: string; document: unknown }>(namingStatement(listing, lock), [
      JSON.stringify(userId),
    ])
    for (const { key, document } of rows) {
      const text = JSON.stringify(without(document, userId))
      if (text !== JSON.stringify(document)) all.push({ listing, key, text })
    }
  }
  return all
}

/** Where the person stands in a list of user ids, or once stood. */
export const listsNaming = async (
  query: Query,
  userId: string,
): Promise<{ readonly in: string; readonly id: string }[]> =>
  (await namingIn(query, userId, '')).map(({ listing, key }) => ({ in: listing.table, id: key }))

const forgetInLists = async (query: Query, userId: string): Promise<boolean> => {
  const json = JSON.stringify(userId)
  // As those who change a release lock, and then those who change an experiment.
  await query(lockFlows, [json])
  await query(lockCatalogue, [json])
  const named = await namingIn(query, userId, 'for update')
  for (const { listing, key, text } of named) await query(rewriteStatement(listing), [key, text])
  if (named.length > 0) await raiseCatalogue(query)
  return named.length > 0
}

const unicodeEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** How JSON of anybody's making may write a text: not every writer escapes only what has to be. */
const jsonSpellings = (text: string): string[] => {
  const fewest = JSON.stringify(text)
  const ascii = fewest.replaceAll(/[\u0080-\uffff]/g, unicodeEscape)
  const all = [fewest, ascii, ascii.replaceAll(/\\u..../g, (escape) => `\\u${escape.slice(2).toUpperCase()}`)]
  return all.flatMap((json) => [json, json.replaceAll('/', '\\/')])
}

// A short id is a part of much that does not mean it: then it has to stand as a text of its own, in a record of nobody known.
const leastTelling = 8

type Naming = { readonly tells: boolean; readonly spellings: readonly string[] }

const namingOf = (userId: string): Naming => {
  const quoted = jsonSpellings(userId)
  if (Buffer.byteLength(userId) < leastTelling) return { tells: false, spellings: [...new Set(quoted)] }
  const within = quoted.map((json) => json.slice(1, -1))
  return { tells: true, spellings: [...new Set([userId, encodeURIComponent(userId), ...within])] }
}

const namesPerson = `($2::boolean or user_id is null) and exists (
      select from unnest($3::text[]) as s (spelling)
      where position(convert_to(s.spelling, 'UTF8') in payload) > 0 or position(s.spelling in headers::text) > 0)`
const lockLettersStatement = {
  name: 'lock_letters_naming',
  text: `select from dead_letter where user_id = $1::text or ${namesPerson} order by id for update`,
}
const deleteLettersStatement = {
  name: 'delete_letters_naming',
  text: `delete from dead_letter where user_id is distinct from $1::text and ${namesPerson} returning 1`,
}

const lettersNaming = (userId: string): unknown[] => {
  const { tells, spellings } = namingOf(userId)
  return [userId, tells, spellings]
}

/** Before the person is locked: as those do who take a record again, which may be about the person. */
export const lockMentions = async (query: Query, userId: string): Promise<void> => {
  await query(lockLettersStatement, lettersNaming(userId))
}

/** For those who hold the person's locks. Whether they were named anywhere. */
export const forgetMentions = async (query: Query, userId: string): Promise<boolean> => {
  const isListed = await forgetInLists(query, userId)
  const letters = await query(deleteLettersStatement, lettersNaming(userId))
  return isListed || letters.length > 0
}
