import type { NotAssigned } from './assignment/assign.ts'
import type { Experiment } from './assignment/experiment.ts'
import type { LiveFlow } from './catalogue.ts'
import type { World } from './decision.ts'
import { decideArm } from './exposure.ts'
import type { Person } from './person.ts'
import type { CompiledRelease, Release, ReleaseDecision } from './release.ts'

/** What a flag is for one person, in the words of OpenFeature. */
export type Flag = {
  readonly key: string
  /** Of an experiment the arm, of a flow whether it is on. */
  readonly value: boolean | string
  readonly variant: string
  /** Whether one person differs from another in it, and by what. */
  readonly reason: 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED'
  readonly metadata: { readonly [name: string]: string | number | boolean }
}

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

const flagsOfFlow = ({ flow: { name }, release }: LiveFlow, person: Person): Flag[] => {
  const decision = release.decide(person)
  return [undefined, ...partNames].map((part) => flagOfRelease(name, release, decision, part))
}

const keyOfExperiment = ({ id }: Experiment): string => `experiment:${id}`

/** Whoever is in no arm has what the control has: because nobody is in any, or because of what is known of them. */
const disabling: readonly NotAssigned[] = ['not_running', 'not_started', 'ended', 'arm_gone']

/** Asking is no exposure: nothing is stored, and nobody counts in the results for it. */
const flagOfExperiment = ({ now }: World, person: Person, experiment: Experiment): Flag => {
  const { id, document, phase } = experiment
  const decided = decideArm(now, person, experiment)
  const value = (decided.arm ?? document.arms[0])?.id ?? ''
  const isSplit = decided.arm !== null && decided.source !== 'tester'
  const isDisabled = decided.arm === null && disabling.includes(decided.reason)
  return {
    key: keyOfExperiment(experiment),
    value,
    variant: value,
    reason: isDisabled ? 'DISABLED' : isSplit ? 'SPLIT' : 'TARGETING_MATCH',
    metadata: { experiment: id, flow: document.flow, phase, isInExperiment: decided.arm !== null },
  }
}

/** What nobody has started yet is nobody's business. */
const experimentsTold = ({ catalogue }: World): readonly Experiment[] =>
  catalogue.experiments.filter(({ status }) => status !== 'draft')

/** All flags there are, by key. */
export const flagsOf = (world: World, person: Person): Flag[] =>
  [
    ...[...world.catalogue.flows.values()].flatMap((live) => flagsOfFlow(live, person)),
    ...experimentsTold(world).map((experiment) => flagOfExperiment(world, person, experiment)),
  ].sort((a, b) => (a.key < b.key ? -1 : 1))

/** undefined: there is no such flag. */
export const flagOf = (world: World, person: Person, key: string): Flag | undefined => {
  const asked = experimentsTold(world).find((experiment) => keyOfExperiment(experiment) === key)
  if (asked) return flagOfExperiment(world, person, asked)
  const [name = '', part, ...more] = key.split('.')
  const live = world.catalogue.flows.get(name)
  if (live === undefined || more.length > 0 || (part !== undefined && !isPart(part))) return undefined
  return flagOfRelease(name, live.release, live.release.decide(person), part)
}
