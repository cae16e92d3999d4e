import type { Catalogue, LiveFlow } from './catalogue.ts'
import type { Person } from './person.ts'
import type { CompiledRelease, Release, ReleaseDecision } from './release.ts'

/** What a flag is for one person, in the words of OpenFeature. */
export type Flag = {
  readonly key: string
  readonly value: boolean
  readonly variant: string
  /** Whether one person differs from another in it, and by what. */
  readonly reason: 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED'
  readonly metadata: { readonly [name: string]: string | number | boolean }
}

type Who = Pick<Person, 'userId' | 'facts'>

/** The parts of a flow that can be switched by themselves; the flag of one is `FLOW.part`. */
const parts = {
  skip: 'skipEnabled',
  snooze: 'snoozeEnabled',
  guardRails: 'guardRailsEnabled',
} as const satisfies { readonly [part: string]: keyof Release }

type Part = keyof typeof parts

const partNames = Object.keys(parts) as Part[]

const isPart = (name: string): name is Part => Object.hasOwn(parts, name)

const reasonOf = (
  { rolloutPercentage, marketWhitelist, signedUpAfter }: Release,
  { decidedBy }: ReleaseDecision,
): Flag['reason'] => {
  if (decidedBy === 'enabled') return 'DISABLED'
  if (decidedBy !== 'rolloutPercentage') return 'TARGETING_MATCH'
  if (rolloutPercentage < 100) return 'SPLIT'
  return marketWhitelist === null && signedUpAfter === null ? 'STATIC' : 'TARGETING_MATCH'
}

const flagOfRelease = (
  flow: string,
  { settings, revision }: CompiledRelease,
  decision: ReleaseDecision,
  part?: Part,
): Flag => {
  const isSwitchedOff = decision.on && part !== undefined && !settings[parts[part]]
  const value = decision.on && !isSwitchedOff
  return {
    key: part === undefined ? flow : `${flow}.${part}`,
    value,
    variant: value ? 'on' : 'off',
    reason: isSwitchedOff ? 'DISABLED' : reasonOf(settings, decision),
    metadata: { flow, revision },
  }
}

const flagsOfFlow = ({ flow: { name }, release }: LiveFlow, person: Who): Flag[] => {
  const decision = release.decide(person)
  return [undefined, ...partNames].map((part) => flagOfRelease(name, release, decision, part))
}

/** All flags there are, by key. */
export const flagsOf = ({ flows }: Catalogue, person: Who): Flag[] =>
  [...flows.values()].flatMap((live) => flagsOfFlow(live, person)).sort((a, b) => (a.key < b.key ? -1 : 1))

/** undefined: there is no such flag. */
export const flagOf = ({ flows }: Catalogue, person: Who, key: string): Flag | undefined => {
  const [name = '', part, ...more] = key.split('.')
  const live = flows.get(name)
  if (live === undefined || more.length > 0 || (part !== undefined && !isPart(part))) return undefined
  return flagOfRelease(name, live.release, live.release.decide(person), part)
}
