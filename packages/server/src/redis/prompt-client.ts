import { Redis, type Command, type RedisOptions } from 'ioredis'

// Whoever was late again within this time after it was back is not well yet.
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
  #lateAt = -Infinity
  #lateInARow = 0

  /** How often it was too late, each time soon after the last: it lets connections in, and then falls silent again. */
  get lateInARow(): number {
    return this.#lateInARow
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

  #giveUp(): void {
    const { stream } = this
    if (stream === undefined || stream.destroyed) return
    const now = performance.now()
    this.#lateInARow = now - this.#lateAt < wellAfterMs ? this.#lateInARow + 1 : 1
    this.#lateAt = now
    stream.destroy(new TooLate(`no answer within ${this.#deadlineMs} ms`))
  }

  #watch({ promise }: Command): void {
    let isSettled = false
    const timer = setTimeout(() => {
      // After a pause of this process an answer may lie there, unread: it is read before `setImmediate`.
      setImmediate(() => {
        if (!isSettled) this.#giveUp()
      })
    }, this.#deadlineMs)
    const settle = (): void => {
      isSettled = true
      clearTimeout(timer)
    }
    promise.then(settle, settle)
  }
}
