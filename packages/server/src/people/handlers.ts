import { randomUUID } from 'node:crypto'
import { mergeAttributes } from '@boardwalk/engine'
import {
  deadLettersOf,
  erase,
  readHeld,
  readTallyOf,
  readTimeline,
  updateAccount,
  type Database,
} from '@boardwalk/store'
import type { AnswerCache } from '../answers/answer-cache.ts'
import { presentWithHeaders } from '../dead-letters/present-dead-letter.ts'
import type { Announcer } from '../following/announce.ts'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { preconditionOf } from '../http/precondition.ts'
import { Failure, type Reply } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Verbs } from '../http/verbs.ts'
import { tagged } from '../http/tagged.ts'
import { forPerson, themselves, type Requester } from '../onboarding/requester.ts'
import { lookJourney, stepJourney } from '../onboarding/journeys.ts'
import { explainJourney } from './explain-journey.ts'
import { json, readJourney } from './journeys.ts'
import { tellPerson } from './tell-person.ts'
import { presentHappening, presentHeld } from './present-person.ts'

type Served = Pick<
  Handlers,
  | 'putUser'
  | 'getUserOnboarding'
  | 'changeUserStep'
  | 'explainUser'
  | 'exportUser'
  | 'deleteUser'
  | 'exportOwn'
  | 'eraseOwn'
  | 'putAccount'
  | 'getTimeline'
>

const unknownPerson = (): Failure =>
  new Failure(
    'person_not_found',
    'Nobody is known by this user id. Send them first with PUT /api/users/{userId}.',
  )

const nothingHeld = (): Failure => new Failure('person_not_found', 'Nothing is held of you.')

const mostAttributeBytes = 32_768

const bounded = <Attributes extends object>(attributes: Attributes): Attributes => {
  if (Buffer.byteLength(JSON.stringify(attributes)) <= mostAttributeBytes) return attributes
  const message = `The attributes of an account may have ${mostAttributeBytes} bytes as JSON in all. Forget some (null) first.`
  throw new Failure('invalid_request', message)
}

const pageLength = 1000

/** As they are told, page by page: one who did much is not held twice. */
const allHappenings = async (
  database: Database,
  userId: string,
): Promise<ReturnType<typeof presentHappening>[]> => {
  const all: ReturnType<typeof presentHappening>[] = []
  let after = 0
  for (;;) {
    const page = await readTimeline(database.query, userId, after, pageLength)
    for (const happened of page) all.push(presentHappening(happened))
    after = page.at(-1)?.cursor.seq ?? after
    if (page.length < pageLength) return all
  }
}

export const peopleHandlers = (
  verbs: Verbs,
  database: Database,
  { changed }: Pick<Announcer, 'changed'>,
  { forgetting }: Pick<AnswerCache, 'forgetting'>,
): Served => {
  const { travel } = verbs

  const exported = async (requester: Requester): Promise<Reply> => {
    const { userId } = requester
    const { body } = await travel(readJourney(requester, (_, { person }) => json(presentHeld(person))))
    const held = await readHeld(database.query, userId)
    if (held['knownSince'] === undefined) throw nothingHeld()
    const deadLetters = (await deadLettersOf(database.query, userId)).map(presentWithHeaders)
    const tally = await readTallyOf(database.query, userId)
    const events = await allHappenings(database, userId)
    return { status: 200, body: { ...(JSON.parse(body) as object), ...held, deadLetters, tally, events } }
  }

  const erased = async ({ userId, source }: Requester): Promise<Reply> => {
    const receipt = await forgetting(userId, () => erase(database, userId, randomUUID()))
    if (receipt === undefined) throw source === 'api' ? unknownPerson() : nothingHeld()
    // The name disappears from what others of the account read, too.
    changed('everybody')
    return { status: 200, body: { receipt } }
  }

  return {
    putUser: (input) => tellPerson(verbs, database, forPerson(input.path.userId, input), input.body),
    getUserOnboarding: async (input) => {
      const { body } = await travel(lookJourney(forPerson(input.path.userId, input), input.query.flow))
      return tagged(body, input.request)
    },
    changeUserStep: ({ path, query, body, ...input }) => {
      const precondition = preconditionOf(input.request, { ...path, ...query, ...body })
      return travel(
        stepJourney(
          forPerson(path.userId, input),
          { id: path.stepId, flow: query.flow, ...body },
          precondition,
        ),
      )
    },
    explainUser: (input) => travel(explainJourney(forPerson(input.path.userId, input), input.query)),
    exportUser: (input) => exported(forPerson(input.path.userId, input)),
    exportOwn: (input) => exported(themselves(input)),
    deleteUser: (input) => erased(forPerson(input.path.userId, input)),
    eraseOwn: async (input) => {
      const requester = themselves(input)
      // Whoever was erased before is told so.
      await travel(readJourney(requester, () => json({})))
      return erased(requester)
    },
    putAccount: async ({ path, body }) => {
      const { accountId } = path
      const update = body.attributes ?? {}
      const attributes = await updateAccount(database, accountId, (stored) =>
        bounded(mergeAttributes(stored, update)),
      )
      changed({ people: [], accounts: [accountId] })
      return { status: 200, body: { accountId, attributes } }
    },
    getTimeline: async (input) => {
      const { userId } = input.path
      const { limit, cursor } = input.query
      await travel(readJourney(forPerson(userId, input), () => json({})))
      const rows = await readTimeline(
        database.query,
        userId,
        Number(positionAfter(cursor, /^\d{1,15}$/) ?? 0),
        limit + 1,
      )
      const page = pageOf(rows, limit, (row) => String(row.cursor.seq))
      return { status: 200, body: { events: page.items.map(presentHappening), nextCursor: page.nextCursor } }
    },
  }
}
