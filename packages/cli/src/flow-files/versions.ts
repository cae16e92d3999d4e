import { parseArgs } from 'node:util'
import { reachBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { deprecateForm, rollbackForm } from './forms.ts'
import { flowNames, readFlow, shortHash, versionPath, type StoredFlow } from './stored-flows.ts'
import { versionIn } from './words.ts'

const options = { reason: { type: 'string' } } as const

const nameIn = (name: string | undefined, form: string): string => {
  if (name !== undefined) return name
  throw new CommandError(`Say which flow: boardwalk ${form}`)
}

/** Makes an older version the one in force again. */
export const rollback = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const name = nameIn(positionals[0], rollbackForm)
  const version = versionIn(positionals[1], rollbackForm)
  const boardwalk = await reachBoardwalk()
  await boardwalk.call('POST', `${versionPath(name, version)}/rollback`, values)
  console.log(`Version ${version} of "${name}" is in force again`)
}

/** Takes the version in force, or the one named, out of use: it lets nobody new in. */
export const deprecate = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const name = nameIn(positionals[0], deprecateForm)
  const boardwalk = await reachBoardwalk()
  const version =
    positionals[1] === undefined
      ? (await readFlow(boardwalk, name)).activeVersion
      : versionIn(positionals[1], deprecateForm)
  if (version === null)
    throw new CommandError(`No version of "${name}" is in force: it lets nobody in anyway.`)
  await boardwalk.call('POST', `${versionPath(name, version)}/deprecate`, values)
  console.log(`Version ${version} of "${name}" lets nobody new in`)
}

const summaryOf = ({ name, activeVersion, versions }: StoredFlow): string => {
  const identity = (number: number | null | undefined): string => {
    const found = versions.find(({ version }) => version === number)
    return found ? `version ${found.version} ${shortHash(found.contentHash)}` : 'none'
  }
  const newest = versions[0]
  const draft = newest && newest.version !== activeVersion ? `; newest ${identity(newest.version)}` : ''
  return `${name}: in force ${identity(activeVersion)}${draft}`
}

/** All flows, each with what is in force. */
export const list = async (words: string[]): Promise<void> => {
  const { values } = parseArgs({ args: words, options: { json: { type: 'boolean' } } })
  const boardwalk = await reachBoardwalk()
  const flows: StoredFlow[] = []
  for (const name of await flowNames(boardwalk)) flows.push(await readFlow(boardwalk, name))
  if (values.json) console.log(JSON.stringify({ flows }, null, 2))
  else if (flows.length === 0) console.log('There are no flows yet. Push one: boardwalk flows push FILE')
  else for (const flow of flows) console.log(summaryOf(flow))
}
