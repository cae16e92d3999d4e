import { updateFacts, type Person, type World } from '@boardwalk/engine'
import type { Change, Loaded, Record, SavedAnswer } from '@boardwalk/store'
import type { Answer, Decided, Journey, Outcome, Refused } from './journey.ts'

export type Folded = { readonly outcomes: readonly Outcome[]; readonly change: Change }

type State = {
  person: Person
  records: Record[]
  answers: SavedAnswer[]
  consents: NonNullable<Change['consents']>[number][]
}

const refused = (code: Refused['code'], message: string): Outcome => ({
  kind: 'refused',
  refusal: { code, message },
})

/** Loaded were the attributes and flows of the account that the person acts for. */
const actingFor = ({ actingAccountId }: Loaded, person: Person): Person =>
  person.accountId === actingAccountId ? person : { ...person, accountId: actingAccountId }

const answered = ({ accompany }: Journey, world: World, person: Person, answer: Answer): Outcome => ({
  kind: 'answered',
  answer: accompany ? accompany(world, person, answer) : answer,
})

const replay = (journey: Journey, loaded: Loaded, state: State, world: World): Outcome | undefined => {
  const { idempotency } = journey
  if (idempotency === undefined) return undefined
  const saved = [...loaded.savedAnswers, ...state.answers].find(({ key }) => key === idempotency.key)
  if (saved === undefined) return undefined
  if (saved.fingerprint !== idempotency.fingerprint) {
    return refused(
      'idempotency_mismatch',
      `The Idempotency-Key "${idempotency.key}" was used for another request. Send a new key with a new request.`,
    )
  }
  const person = updateFacts(actingFor(loaded, state.person), journey.claims)
  return answered(journey, world, person, { status: saved.status, body: saved.body })
}

const unwelcome = ({ knownOnly }: Journey, { erased, revision }: Loaded): Outcome | undefined => {
  if (knownOnly && revision === 0) {
    return refused(
      'person_not_found',
      'Nobody is known by this user id. Send them first with PUT /api/users/{userId}.',
    )
  }
  return erased
    ? refused(
        'person_erased',
        "This person was erased. They may come back once the host's server sends them with PUT /api/users/{userId}.",
      )
    : undefined
}

const mostFactBytes = 32_768

const isTooLarge = (facts: Person['facts']): boolean =>
  Buffer.byteLength(JSON.stringify(facts)) > mostFactBytes

const travelOne = (journey: Journey, loaded: Loaded, state: State, world: World): Outcome => {
  const early = unwelcome(journey, loaded) ?? replay(journey, loaded, state, world)
  if (early) return early
  const claimed = updateFacts(actingFor(loaded, state.person), journey.claims)
  if (claimed.facts !== state.person.facts && isTooLarge(claimed.facts)) {
    return refused(
      'invalid_request',
      `The facts of a person may have ${mostFactBytes} bytes as JSON in all. Forget some (null) first.`,
    )
  }
  const decided: Decided = journey.decide(world, claimed)
  if (decided.refusal) {
    if (journey.writes) state.person = claimed
    return { kind: 'refused', refusal: decided.refusal }
  }
  const answer = journey.present(world, decided)
  if (!journey.writes) return { kind: 'answered', answer }
  const { correlationId, idempotency } = journey
  const changed = decided.person !== state.person || decided.happenings.length > 0
  const { consent } = decided.person
  // Of several in one batch each is written down, not only the last.
  if (consent !== null && consent !== state.person.consent) state.consents.push({ ...consent, correlationId })
  state.person = decided.person
  state.records.push(...decided.happenings.map((one) => ({ ...one, at: one.at ?? world.now, correlationId })))
  const keepsKey = journey.keepsKey?.(decided, changed) ?? true
  if (idempotency && keepsKey) state.answers.push({ ...idempotency, ...answer })
  return answered(journey, world, decided.person, answer)
}

/** Several journeys of one person, one after another on what was loaded: together one change. */
export const fold = (journeys: readonly Journey[], loaded: Loaded, world: World): Folded => {
  const { person } = loaded
  const state: State = { person, records: [], answers: [], consents: [] }
  const outcomes = journeys.map((journey) => travelOne(journey, loaded, state, world))
  return {
    outcomes,
    change: {
      before: loaded,
      after: state.person,
      records: state.records,
      answers: state.answers,
      consents: state.consents,
      now: world.now,
    },
  }
}
