/** A copy of what may be sent a second time without doing a thing twice. */
export const repeatable = (request: Request): Request | undefined => {
  const { method, headers } = request
  return method === 'GET' || method === 'HEAD' || headers.has('idempotency-key') ? request.clone() : undefined
}
