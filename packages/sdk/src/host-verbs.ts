import { createRequests, messageOf, routeOf, withRetries } from '@boardwalk/client'
import type { Input, RetryOptions, Sending, Sent } from '@boardwalk/client'
import type { StepId } from '@boardwalk/client/register'
import { keyOf, type RemoteBoardwalk } from './ask-over-http.ts'

export type HostVerbsOptions = RemoteBoardwalk & {
  /** Milliseconds for one try; default 10,000. */
  readonly timeoutMs?: number
  readonly retry?: RetryOptions
}

/** A `track` or `identify` call in the manner of Segment's. */
export type SentEvent = Extract<Sending<'sendEvents'>['body'], { readonly batch: unknown }>['batch'][number]

type StepChange = Sending<'changeUserStep'>['body'] & { readonly flow?: string }
type Told<Id extends keyof typeof routes> = Promise<Sent<Id>>

/**
 * What a host's server tells Boardwalk of its people, over HTTP. Nothing throws: each answers what became of it
 * (`answered`, `refused` with a problem, or `unreached`). All may safely be repeated, and are, up to three times.
 */
export type HostVerbs = {
  /** Facts of a person: absent leaves one as it is, null forgets it, a value stores it. */
  readonly putUser: (userId: string, facts: Sending<'putUser'>['body']) => Told<'putUser'>
  /** Attributes of an account, by the same three rules. */
  readonly putAccount: (accountId: string, account: Sending<'putAccount'>['body']) => Told<'putAccount'>
  /** What the person would see; writes nothing. `acceptLanguage`: the header of the person's browser. */
  readonly getOnboarding: (
    userId: string,
    options?: { readonly flow?: string; readonly acceptLanguage?: string },
  ) => Told<'getUserOnboarding'>
  /** Proves that a person did a step, or skips it for them. */
  readonly changeStep: (userId: string, stepId: StepId, change: StepChange) => Told<'changeUserStep'>
  /** What a person did; completes the steps that wait for it. With a `messageId` of yours, once however often it is sent. */
  readonly track: (
    userId: string,
    event: string,
    properties?: Readonly<Record<string, unknown>>,
    messageId?: string,
  ) => Told<'sendEvents'>
  /** Many events at once, 1 to 500, answered one by one. Those without a `messageId` get one. */
  readonly sendEvents: (events: readonly SentEvent[]) => Told<'sendEvents'>
  /** Erases the person; answers a receipt, or 404 when a try before it did and its answer was lost. */
  readonly eraseUser: (userId: string) => Told<'deleteUser'>
}

const routes = {
  putUser: routeOf('putUser', 'put', '/api/users/{userId}'),
  putAccount: routeOf('putAccount', 'put', '/api/accounts/{accountId}'),
  getUserOnboarding: routeOf('getUserOnboarding', 'get', '/api/users/{userId}/onboarding'),
  changeUserStep: routeOf('changeUserStep', 'patch', '/api/users/{userId}/onboarding/steps/{stepId}'),
  sendEvents: routeOf('sendEvents', 'post', '/api/events'),
  deleteUser: routeOf('deleteUser', 'delete', '/api/users/{userId}'),
}

const newId = (): string => globalThis.crypto.randomUUID()

export const hostVerbs = ({ retry, timeoutMs, ...remote }: HostVerbsOptions): HostVerbs => {
  const requests = createRequests({
    url: remote.url,
    authorization: () => `Bearer ${keyOf(remote)}`,
    ...(remote.fetch && { fetch: remote.fetch }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  /** What is called with nonsense is told so, like all else. */
  const send = async <Id extends keyof typeof routes>(
    id: Id,
    inputOf: () => Input<Id>,
  ): Promise<Sent<Id>> => {
    try {
      const input = inputOf()
      return await withRetries(() => requests.send<Id>(routes[id] as never, input), retry)
    } catch (error) {
      return { kind: 'unreached', reason: 'unsendable', detail: messageOf(error) }
    }
  }

  const withId = (event: SentEvent): SentEvent => ({ ...event, messageId: event.messageId ?? newId() })

  const sendEvents: HostVerbs['sendEvents'] = (events) =>
    send('sendEvents', () => ({ body: { batch: events.map(withId) } }))

  return {
    putUser: (userId, facts) => send('putUser', () => ({ path: { userId }, body: facts })),
    putAccount: (accountId, account) => send('putAccount', () => ({ path: { accountId }, body: account })),
    getOnboarding: (userId, { flow, acceptLanguage } = {}) =>
      send('getUserOnboarding', () => ({
        path: { userId },
        query: { flow },
        headers: { 'accept-language': acceptLanguage },
      })),
    changeStep: (userId, stepId, given) =>
      send('changeUserStep', () => {
        const { flow, ...change } = given
        return {
          path: { userId, stepId },
          query: { flow },
          body: change,
          headers: { 'idempotency-key': newId() },
        }
      }),
    track: (userId, event, properties = {}, messageId = newId()) =>
      sendEvents([{ type: 'track', userId, event, properties: { ...properties }, messageId }]),
    sendEvents,
    eraseUser: (userId) => send('deleteUser', () => ({ path: { userId } })),
  }
}
