export type Command = {
  readonly name: string
  /** How it is called, one line a form, without the word `boardwalk`. */
  readonly usage: readonly string[]
  readonly summary: string
  readonly run: (words: string[]) => Promise<void>
}

/** What the caller can mend: told as it is, without a stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  /** What the process then exits with. */
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
