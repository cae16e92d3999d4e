// 53300 (too many connections) and 57P03 (starting up) are here because the answer is the same: wait and try again.
const connectionLostCodes = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '25P03',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

// pg gives these errors no code.
const connectionLostMessages = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Query read timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
])

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The connection went away or could not be had. Whether the statement took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error)
  if (code !== undefined) return connectionLostCodes.has(code)
  return error instanceof Error && connectionLostMessages.has(error.message)
}

/** Two transactions were in each other's way; nothing was written, and the same work may be tried again. */
export function isSerializationFailure(error: unknown): boolean {
  const code = errorCode(error)
  return code === '40001' || code === '40P01'
}

/** The database was too slow: the statement, or its wait for a lock, was given up. Nothing was written. */
export function isTimedOut(error: unknown): boolean {
  const code = errorCode(error)
  return code === '57014' || code === '55P03'
}

/** Text or JSON that PostgreSQL cannot store: a NUL character, or bytes that are not UTF-8. */
export function isUnstorableText(error: unknown): boolean {
  const code = errorCode(error)
  return code === '22021' || code === '22P05'
}

export function unstorableText(parameter: number): Error {
  return Object.assign(
    new Error(
      `Parameter $${parameter} holds a NUL character (\\u0000), which PostgreSQL cannot store in text; remove it`,
    ),
    { code: '22021' },
  )
}

/** Gives pg's errors without a code the one for a failed connection, so that callers and logs see a code always. */
export function withCode(error: unknown): unknown {
  if (error instanceof Error && errorCode(error) === undefined && isConnectionLost(error))
    Object.assign(error, { code: '08006' })
  return error
}
