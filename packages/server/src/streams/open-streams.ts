import type { Watched } from '@boardwalk/store'
import { Failure } from '../http/reply.ts'
import { eventStream } from './event-stream.ts'
import { usualTotal, type StreamLimits } from './stream-limits.ts'
import type { Watching } from './watch-people.ts'

export type OpenStreams = {
  /** `until`: when it ends at the latest, in milliseconds since 1970. */
  readonly open: (who: Watched, until: number | undefined) => Promise<ReadableStream<Uint8Array>>
  /** Ends all, so that the clients come back elsewhere, and opens no more. */
  readonly end: () => void
}

export type StreamsOptions = StreamLimits & {
  readonly watching: Watching
  readonly clock: () => number
  /** Told how many are open, whenever that changes. */
  readonly onCount: (open: number) => void
}

const usualKeepAliveMs = 25_000
const mostPerPerson = 20
const retryAfterSeconds = 30
// A session that ended with the host, or a key that was withdrawn, is found out when the client comes back.
const longestMs = 3_600_000

// Streams that were opened together, as after a deployment, do not all end together.
const longest = (): number => longestMs * (0.9 + 0.1 * Math.random())

const tooMany = (whose: string): Failure =>
  new Failure('too_many_streams', `${whose} Read the onboarding now and then instead.`, {
    headers: { 'retry-after': String(retryAfterSeconds) },
  })

const erased = (): Failure =>
  new Failure(
    'person_erased',
    "This person was erased. They may come back once the host's server sends them with PUT /api/users/{userId}.",
  )

export const openStreams = ({
  watching,
  clock,
  onCount,
  total = usualTotal,
  keepAliveMs = usualKeepAliveMs,
}: StreamsOptions): OpenStreams => {
  const perPerson = new Map<string, number>()
  const endings = new Set<() => void>()
  let count = 0
  let ended = false

  const counted = (userId: string, change: 1 | -1): void => {
    count += change
    const left = (perPerson.get(userId) ?? 0) + change
    if (left > 0) perPerson.set(userId, left)
    else perPerson.delete(userId)
    onCount(count)
  }

  /** Taken before anything is waited for, so that many who come at once do not pass the limit together. */
  const takePlace = (userId: string): (() => void) => {
    if (ended) throw new Failure('SERVICE_UNAVAILABLE', 'This process stops. Open the stream again.')
    if (count >= total) throw tooMany(`${total} streams are open here, and more are not held.`)
    if ((perPerson.get(userId) ?? 0) >= mostPerPerson)
      throw tooMany(`This person has ${mostPerPerson} streams open, and more are not held.`)
    counted(userId, 1)
    return () => counted(userId, -1)
  }

  const start = async (
    who: Watched,
    lifeMs: number,
    leave: () => void,
  ): Promise<ReadableStream<Uint8Array>> => {
    const watch = await watching.watch(who, (told) => {
      stream.tellChanged()
      if (told === 'erased') stream.end()
    })
    if (watch === undefined) throw erased()
    const stream = eventStream(keepAliveMs, () => {
      clearTimeout(timer)
      endings.delete(stream.end)
      watch.end()
      leave()
    })
    const timer = setTimeout(stream.end, lifeMs).unref()
    endings.add(stream.end)
    if (ended) stream.end()
    return stream.body
  }

  return {
    open: async (who, until = Infinity) => {
      const leave = takePlace(who.userId)
      const lifeMs = Math.min(until - clock(), longest())
      return start(who, lifeMs, leave).catch((error: unknown) => {
        leave()
        throw error
      })
    },
    end: () => {
      ended = true
      for (const end of endings) end()
    },
  }
}
