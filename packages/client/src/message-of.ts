/** What a thrown value says, for a log; anything may be thrown, and nothing here throws again. */
export const messageOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : 'something that is no error'
  const { cause, message } = thrown
  return cause instanceof Error && cause.message ? `${message}: ${cause.message}` : message
}
