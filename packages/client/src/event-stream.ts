// One too early, between the halves of a line end that two chunks share, leaves a line feed that does no harm.
const blankLine = /(?:\r\n|\n|\r(?!\n)){2}/

/**
 * Calls `onEvent` with the name of each event of a `text/event-stream`, until the stream ends or breaks. What an event
 * carries is not told: the contract's carry nothing. `onBytes` hears of everything, comments too.
 */
export const readEvents = async (
  { body }: Response,
  onBytes: () => void,
  onEvent: (name: string | undefined) => void,
): Promise<void> => {
  const reader = body!.getReader()
  const decoder = new TextDecoder()
  for (let rest = ''; ;) {
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    const blocks = (rest + decoder.decode(value, { stream: true })).split(blankLine)
    rest = blocks.pop()!
    for (const block of blocks) if (/^data(?::|$)/m.test(block)) onEvent(/^event: ?(.*)/m.exec(block)?.[1])
  }
}
