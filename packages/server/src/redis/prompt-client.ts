import { Redis, type Command, type RedisOptions } from 'ioredis'

// Whoever fails again within this time is not well yet.
const wellAfterMs = 10_000

/** What a connection loses when it answers too late. */
class TooLate extends Error {
  override readonly name = 'TooLate'
}

/**
 * A client of which no command takes longer than `deadlineMs`. Answers come in the order of the questions, so that one
 * that is late means that nothing comes: the connection is given up, and all that wait on it end at once. Later commands
 * fail without waiting, until a new connection has answered.
 */
export class PromptClient extends Redis {
  readonly #deadlineMs: number
  #givenUp: Redis['stream'] | undefined
  #givenUpAt = -Infinity
  #givenUpInARow = 0

  /** How many connections were given up, each soon after the last: they come to stand, and then are good for nothing. */
  get givenUpInARow(): number {
    return this.#givenUpInARow
  }

  constructor(url: string, deadlineMs: number, options: RedisOptions) {
    super(url, { ...options, lazyConnect: true })
    this.#deadlineMs = deadlineMs
  }

  override sendCommand(...given: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(...given)
    this.#watch(given[0])
    return answer
  }

  /** Ends the connection because of this error, once, however many commands meet it. */
  giveUp(error: Error): void {
    const { stream } = this
    if (stream === this.#givenUp) return
    this.#givenUp = stream
    const now = performance.now()
    this.#givenUpInARow = now - this.#givenUpAt < wellAfterMs ? this.#givenUpInARow + 1 : 1
    this.#givenUpAt = now
    stream?.destroy(error)
  }

  #watch({ promise }: Command): void {
    let isSettled = false
    const timer = setTimeout(() => {
      // After a pause of this process an answer may lie there, unread: it is read before `setImmediate`.
      setImmediate(() => {
        if (!isSettled) this.giveUp(new TooLate(`no answer within ${this.#deadlineMs} ms`))
      })
    }, this.#deadlineMs)
    const settle = (): void => {
      isSettled = true
      clearTimeout(timer)
    }
    promise.then(settle, settle)
  }
}
