/** One figure beside its limit or peer of the same run. */
export type Measured = {
  readonly name: string
  readonly ours: number
  /** NaN: there is none. */
  readonly peer: number
  readonly peerName: string
  readonly unit: string
  /** ours / peer for rates; peer / ours for times: above 1 is better than the peer. */
  readonly ratio: number
  readonly aim: string
  /** How many rounds the medians are of. */
  readonly n: number
  readonly note?: string
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Runs each contest once a round, in turn, so that what else the machine does hits all alike. */
export const interleaved = async <Name extends string>(
  rounds: number,
  contests: { readonly [Key in Name]: () => Promise<number> },
): Promise<Record<Name, number>> => {
  const names = Object.keys(contests) as Name[]
  const values = new Map(names.map((name) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await contests[name]()
      // The first round warms up.
      if (round > 0) values.get(name)?.push(value)
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(values.get(name) ?? [])])) as Record<
    Name,
    number
  >
}

export const print = (rows: readonly Measured[]): string =>
  [
    '| operation | ours | peer | ratio | aim | n |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      ({ name, ours, peer, peerName, unit, ratio, aim, n, note }) =>
        `| ${name}${note === undefined ? '' : ` (${note})`} | ${figure(ours)} ${unit} | ${Number.isNaN(peer) ? '–' : `${peerName}: ${figure(peer)} ${unit}`} | ${Number.isNaN(ratio) ? '–' : ratio.toFixed(2)} | ${aim} | ${n} |`,
    ),
  ].join('\n')

const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)
