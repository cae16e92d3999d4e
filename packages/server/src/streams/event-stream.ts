const opening = 'retry: 1000\n'
const changed = 'event: changed\ndata: {}\n\n'
const keepAlive = ': keep-alive\n\n'

const encoder = new TextEncoder()

/** Server-sent events to one client. */
export type EventStream = {
  readonly body: ReadableStream<Uint8Array>
  readonly tellChanged: () => void
  /** Says the last that waits, then ends. */
  readonly end: () => void
}

/**
 * Keeps the connection alive every `keepAliveMs`, and drops a client that has not read the keep-alive before. What waits
 * for a slow client is one message of each kind, however many there were. `onEnd` is called once, whoever ends it.
 */
export const eventStream = (keepAliveMs: number, onEnd: () => void): EventStream => {
  const waiting = new Set<string>()
  let controller: ReadableStreamDefaultController<Uint8Array>
  let wanted = false
  let open = true

  const close = (): void => {
    open = false
    clearInterval(timer)
    onEnd()
  }

  const send = (): void => {
    if (waiting.size === 0) return
    wanted = false
    controller.enqueue(encoder.encode([...waiting].join('')))
    waiting.clear()
  }

  const say = (message: string): void => {
    if (!open) return
    waiting.add(message)
    if (wanted) send()
  }

  const beat = (): void => {
    if (!waiting.has(keepAlive)) return say(keepAlive)
    close()
    controller.error(new Error(`The client did not read its stream for ${keepAliveMs} ms`))
  }

  const timer = setInterval(beat, keepAliveMs).unref()
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => void (controller = given),
      pull: () => {
        wanted = true
        send()
      },
      cancel: () => {
        if (open) close()
      },
    },
    // Nothing is made before it is asked for: `waiting` is all the buffer there is.
    { highWaterMark: 0 },
  )
  say(opening + changed)
  return {
    body,
    tellChanged: () => say(changed),
    end: () => {
      if (!open) return
      close()
      send()
      controller.close()
    },
  }
}
