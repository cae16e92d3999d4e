declare module 'autocannon' {
  type Result = {
    readonly '2xx': number
    readonly non2xx: number
    readonly errors: number
    readonly duration: number
    readonly latency: { readonly p50: number; readonly p99: number }
  }
  type Options = {
    readonly url: string
    readonly connections: number
    readonly duration: number
    readonly requests: readonly { readonly setupRequest: (request: object) => object }[]
  }
  function autocannon(options: Options): Promise<Result>
  export = autocannon
}
