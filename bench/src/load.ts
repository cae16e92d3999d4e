import autocannon from 'autocannon'

export type Request = {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string
}

/** Requests a second that `address` answers with 2xx; throws when any is answered otherwise. */
export const requestsPerSecond = async (
  address: string,
  connections: number,
  seconds: number,
  next: () => Request,
): Promise<{ rate: number; p50Ms: number; p99Ms: number; count: number }> => {
  const result = await autocannon({
    url: address,
    connections,
    duration: seconds,
    requests: [{ setupRequest: (request: object) => ({ ...request, ...next() }) }],
  })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were not 2xx and ${result.errors} failed`)
  }
  return {
    rate: result['2xx'] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    count: result['2xx'],
  }
}
