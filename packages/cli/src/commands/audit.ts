import { parseArgs } from 'node:util'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Item = {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly target?: { readonly kind: string; readonly id?: string }
  readonly subject?: string
  readonly outcome: string
  readonly status?: number
}
type Page = { readonly items: readonly Item[]; readonly nextCursor?: string }

type Verified = {
  readonly ok: boolean
  readonly entries: number
  readonly head: { readonly seq: number; readonly hash: string }
  readonly purgedTo?: number
  readonly broken?: { readonly seq: number; readonly how: string }
}

const base = '/api/admin/audit'
const usage =
  'Say what to do: boardwalk audit list [--action A] [--actor A] [--user ID] [--since T] [--until T] [--limit N] [--cursor C], or verify [--seq N --hash H].'

const queryOf = (fields: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

const targetOf = ({ target, subject }: Item): string =>
  [target?.kind, target?.id, subject].filter((part) => part !== undefined).join(' ')

const list = async (fields: Readonly<Record<string, string | undefined>>): Promise<void> => {
  const { items, nextCursor } = await callBoardwalk<Page>('GET', base + queryOf(fields))
  const cells = items.map((item) => {
    const outcome = item.status === undefined ? item.outcome : `${item.outcome} (${item.status})`
    return [String(item.seq), item.at, item.actor, item.action, targetOf(item), outcome].map(plain)
  })
  for (const line of rows(cells)) console.log(line)
  if (items.length === 0) console.log('There is nothing of that in the audit log')
  if (nextCursor !== undefined) console.log(`Older ones: the same with --cursor ${nextCursor}`)
}

const found: Readonly<Record<string, string>> = {
  changed: 'was changed',
  missing: 'is missing',
  unlinked: 'does not follow the one before it',
  beyond_head: 'is beyond the end of the log',
  anchor: 'is not the one that the hash is of',
}

const verify = async (seq: string | undefined, hash: string | undefined): Promise<void> => {
  const verified = await callBoardwalk<Verified>('GET', `${base}/verify${queryOf({ seq, hash })}`)
  const { broken, head, entries, purgedTo } = verified
  if (broken)
    throw new CommandError(`The audit log is broken: entry ${broken.seq} ${found[broken.how] ?? broken.how}.`)
  const purged = purgedTo === undefined ? '' : `, those up to ${purgedTo} were too old and are gone`
  console.log(`The audit log is whole: ${entries} entries${purged}.`)
  console.log(`Its end, to keep elsewhere: --seq ${head.seq} --hash ${head.hash}`)
}

const text = { type: 'string' } as const

export const audit = async (words: string[]): Promise<void> => {
  const options = {
    action: text,
    actor: text,
    user: text,
    since: text,
    until: text,
    limit: text,
    cursor: text,
    seq: text,
    hash: text,
  }
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const { user: userId, seq, hash, ...fields } = values
  const [verb, ...more] = positionals
  if (verb === 'list' && more.length === 0 && !seq && !hash) await list({ ...fields, userId })
  else if (verb === 'verify' && more.length === 0 && !userId && Object.keys(fields).length === 0)
    await verify(seq, hash)
  else throw new CommandError(usage)
}
