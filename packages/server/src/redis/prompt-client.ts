import { Redis, type Command, type RedisOptions } from 'ioredis'

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

  constructor(url: string, deadlineMs: number, options: RedisOptions) {
    super(url, { ...options, lazyConnect: true })
    this.#deadlineMs = deadlineMs
  }

  override sendCommand(...given: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(...given)
    this.#watch(given[0])
    return answer
  }

  #watch({ promise }: Command): void {
    let isSettled = false
    const timer = setTimeout(() => {
      // After a pause of this process an answer may lie there, unread: it is read before `setImmediate`.
      setImmediate(() => {
        if (!isSettled) this.stream?.destroy(new TooLate(`no answer within ${this.#deadlineMs} ms`))
      })
    }, this.#deadlineMs)
    const settle = (): void => {
      isSettled = true
      clearTimeout(timer)
    }
    promise.then(settle, settle)
  }
}
