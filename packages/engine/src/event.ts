import { catchUp } from './carry-over.ts'
import type { Decision, World } from './decision.ts'
import { enrolmentIn } from './decision.ts'
import type { Happening } from './happening.ts'
import { isValueEvent } from './observe.ts'
import type { Person, RememberedEvent } from './person.ts'
import { proofOf } from './proof.ts'
import type { Properties } from './trigger.ts'
import { settleProven } from './verbs.ts'

/** Something that the host's systems saw a person do. */
export type HostEvent = {
  readonly name: string
  readonly properties: Properties
  /** When they did it, in milliseconds since 1970; absent, or later than now: now. */
  readonly at?: number | undefined
}

/** As JSON. All that is remembered is loaded with the person, again and again. */
const mostCharacters = 16_384

const bounded = (event: RememberedEvent): RememberedEvent =>
  JSON.stringify(event.properties).length > mostCharacters ? { ...event, properties: null } : event

/**
 * What is remembered with the event: it is kept when it could prove some step that nothing remembered proves, and when
 * it is the first of its name, for the steps of later versions. So it never grows beyond what the triggers ask for.
 */
const remember = ({ catalogue }: World, person: Person, event: RememberedEvent): Person['remembered'] => {
  const waiting = catalogue.waiting.get(event.name)
  if (waiting === undefined) return person.remembered
  const kept = bounded(event)
  const isFirst = person.remembered.every(({ name }) => name !== event.name)
  const alone = { ...person, remembered: [kept] }
  const isNeeded = waiting.some((one) => {
    const place = enrolmentIn(person, one.flow.name) ?? { flow: one.flow.name, steps: [], restartedAt: null }
    const proves = (who: Person): boolean => proofOf(one, event.name, who, place) !== undefined
    return proves(alone) && !proves(person)
  })
  return isFirst || isNeeded ? [...person.remembered, kept] : person.remembered
}

/** The host's own events are observation, so they are kept only of those who had agreed to it when they happened. */
const observed = ({ consent }: Person, { name, properties }: HostEvent, at: number): Happening[] =>
  consent?.analytics && at >= consent.at && isValueEvent(name)
    ? [{ type: name, flow: null, version: null, stepId: null, data: { ...properties, source: 'event' }, at }]
    : []

/**
 * Remembers the event, as far as a step may ask for it, and completes what it proves in the flows that the person is in.
 * It enrols nobody: whoever comes later finds the steps done.
 */
export const applyEvent = (world: World, person: Person, event: HostEvent): Decision => {
  const { name, properties, at: told = world.now } = event
  const at = Math.min(told, world.now)
  const happened = observed(person, event, at)
  if (!world.catalogue.waiting.has(name)) return { person, happenings: happened }
  const arriving: RememberedEvent = { name, properties, at }
  const { person: known, happenings: carried } = catchUp(world, person)
  const remembered = remember(world, known, arriving)
  // While it is here, it proves with all its properties, and also what it need not be kept for.
  const hearing: Person = { ...known, remembered: [...known.remembered, arriving] }
  const { person: heard, happenings } = settleProven(world, hearing)
  const isUnchanged = heard === hearing && remembered === known.remembered
  return {
    person: isUnchanged ? known : { ...heard, remembered },
    happenings: [...happened, ...carried, ...happenings],
  }
}
