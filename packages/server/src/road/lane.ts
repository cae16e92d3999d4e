/** A queue that is worked off many at a time: whatever waits when a slot is free is taken together, with no timer. */
export type Lane<Item> = {
  readonly push: (item: Item) => void
  /** Resolves when nothing waits or runs any more. */
  readonly idle: () => Promise<void>
}

export type LaneOptions<Item> = {
  /** Batches that may run at once. More slots mean smaller batches. */
  readonly slots: number
  /** The most items a batch may have. */
  readonly limit: number
  /** Items of one key never run at the same time in two batches. Absent: all are independent. */
  readonly key?: (item: Item) => string
  /** Must not throw. Items it answers with are put first in the queue again. */
  readonly run: (items: readonly Item[]) => Promise<readonly Item[]>
}

export const createLane = <Item>({ slots, limit, key, run }: LaneOptions<Item>): Lane<Item> => {
  let queue: Item[] = []
  let running = 0
  const keysRunning = new Set<string>()
  let onIdle: (() => void)[] = []

  const take = (): Item[] => {
    if (key === undefined) return queue.splice(0, limit)
    const taken: Item[] = []
    const left: Item[] = []
    for (const item of queue) (taken.length < limit && !keysRunning.has(key(item)) ? taken : left).push(item)
    queue = left
    return taken
  }

  const start = async (items: Item[]): Promise<void> => {
    const keys = new Set(key === undefined ? [] : items.map(key))
    keys.forEach((one) => keysRunning.add(one))
    running += 1
    const again = await run(items)
    running -= 1
    keys.forEach((one) => keysRunning.delete(one))
    if (again.length > 0) queue = [...again, ...queue]
    pump()
  }

  const pump = (): void => {
    while (running < slots && queue.length > 0) {
      const items = take()
      if (items.length === 0) break
      void start(items)
    }
    if (running > 0 || queue.length > 0) return
    onIdle.forEach((resolve) => resolve())
    onIdle = []
  }

  let pumping = false
  return {
    push: (item) => {
      queue.push(item)
      if (pumping || running >= slots) return
      pumping = true
      // What else is pushed in this turn of the event loop travels along.
      queueMicrotask(() => {
        pumping = false
        pump()
      })
    },
    idle: () =>
      running === 0 && queue.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => onIdle.push(resolve)),
  }
}
