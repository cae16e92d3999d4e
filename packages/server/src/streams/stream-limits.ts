export type StreamLimits = {
  /** Streams that this process holds open at most; default 10,000. Each costs a connection and some 40 kB. */
  readonly total?: number
  /** Milliseconds between signs of life, default 25,000: less than proxies wait before they cut a quiet connection. */
  readonly keepAliveMs?: number
}

export const usualTotal = 10_000
