/** What a log may hold of an error. */
type ToldError = {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  /** Of the database: what of ours it was about. */
  readonly constraint?: string
  readonly table?: string
  readonly column?: string
  readonly cause?: ToldError
  readonly errors?: readonly ToldError[]
}

const mostCauses = 3
const mostErrors = 5
const mostCharacters = 300
const mostFrames = 20

// PostgreSQL, JSON.parse and others repeat what they were given, as it is, between double quotes, or those of the language
// that the server speaks («», »«, „“): there is no telling where that ends.
const quoted = /["«»„“”][\s\S]*$/
const addresses = /\b[a-z][a-z\d+.-]*:\/\/\S+/gi
const mailboxes = /[^\s<>()]+@[^\s<>()]+/g

const told = (text: string): string =>
  text
    .slice(0, 2_000)
    .replace(quoted, '…')
    .replaceAll(addresses, '…')
    .replaceAll(mailboxes, '…')
    .slice(0, mostCharacters)

/** The frames alone: before them the stack repeats the message. */
const framesOf = ({ stack, message }: Error): string | undefined => {
  if (typeof stack !== 'string') return undefined
  const at = stack.indexOf(message)
  const frames = (at === -1 ? stack : stack.slice(at + message.length))
    .split('\n')
    .filter((line) => /^ {4}at \S/.test(line))
  return frames.slice(0, mostFrames).join('\n')
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[\w.:-]{1,80}$/.test(value)

const names = ['code', 'constraint', 'table', 'column'] as const

/**
 * An error without anything that it was given: names, codes, words and places in the code. `detail`, `where`, `query` and
 * the like of the database hold what people are called and did; so does a text of which JSON could not be made.
 */
export const toldError = (error: unknown, depth = 0): ToldError => {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something that is no error was thrown' }
  const stack = framesOf(error)
  const held = error as Error & { readonly [name: string]: unknown }
  const { cause, errors } = held as { readonly cause?: unknown; readonly errors?: unknown }
  return {
    type: isName(error.name) ? error.name : 'Error',
    message: told(error.message),
    ...Object.fromEntries(names.flatMap((name) => (isName(held[name]) ? [[name, held[name]]] : []))),
    ...(stack !== undefined && { stack }),
    ...(cause instanceof Error && depth < mostCauses && { cause: toldError(cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      depth < mostCauses && { errors: errors.slice(0, mostErrors).map((one) => toldError(one, depth + 1)) }),
  }
}
