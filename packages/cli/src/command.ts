export type Command = {
  readonly name: string
  /** How it is called, one line a form, without the word `boardwalk`. */
  readonly usage: readonly string[]
  readonly summary: string
  readonly run: (words: string[]) => Promise<void>
}

/** What the caller can mend: told as it is, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
