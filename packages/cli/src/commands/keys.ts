import { parseArgs } from 'node:util'
import { allPages } from '../all-pages.ts'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Key = {
  readonly id: string
  readonly name: string
  readonly role?: string
  readonly scopes: readonly string[]
  readonly createdAt: string
  readonly expiresAt?: string
}

const base = '/api/admin/api-keys'
const usage =
  'Say what to do: boardwalk keys create NAME --role ROLE [--scope SCOPE …] [--expires TIME], list or revoke ID.'

const mayOf = ({ role, scopes }: Key): string => [...(role === undefined ? [] : [role]), ...scopes].join(', ')

const list = async (): Promise<void> => {
  const keys = await allPages<Key>(base)
  const cells = keys.map((key) => [key.id, key.expiresAt ?? 'for ever', plain(key.name), plain(mayOf(key))])
  for (const line of rows(cells)) console.log(line)
  console.log(keys.length === 0 ? 'There are no keys besides the first' : `${keys.length} key(s)`)
}

type Asked = { readonly role?: string; readonly scope?: readonly string[]; readonly expires?: string }

const create = async (name: string, { role, scope: scopes, expires: expiresAt }: Asked): Promise<void> => {
  const body = { name, role, scopes, expiresAt }
  const made = await callBoardwalk<Key & { key: string }>('POST', base, body)
  const until = made.expiresAt === undefined ? '' : `, until ${made.expiresAt}`
  console.log(`${made.id} may: ${mayOf(made)}${until}\nThe key, shown this once: ${made.key}`)
}

const revoke = async (id: string): Promise<void> => {
  await callBoardwalk('DELETE', `${base}/${encodeURIComponent(id)}`)
  console.log(`${plain(id)} is revoked`)
}

export const keys = async (words: string[]): Promise<void> => {
  const options = {
    role: { type: 'string' },
    scope: { type: 'string', multiple: true },
    expires: { type: 'string' },
  } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [verb, first, ...more] = positionals
  if (more.length > 0) throw new CommandError(usage)
  const isBare = Object.keys(values).length === 0
  if (verb === 'list' && first === undefined && isBare) await list()
  else if (verb === 'create' && first !== undefined) await create(first, values)
  else if (verb === 'revoke' && first !== undefined && isBare) await revoke(first)
  else throw new CommandError(usage)
}
