/** What happens to somebody, drawn one after another: the same for the same seed and number, and for nothing secret. */
export type Chance = {
  /** From 0 up to 1. */
  readonly next: () => number
  /** True this often. */
  readonly is: (share: number) => boolean
  readonly oneOf: <Name extends string>(weights: Readonly<Record<Name, number>>) => Name
  /** Around 0, spread 1. */
  readonly normal: () => number
  /** Half are shorter than the median, and some are much longer. */
  readonly delayMs: (medianMs: number, spread: number) => number
}

/** Spreads all bits, so that neighbouring numbers have nothing in common. */
const mixed = (number: number): number => {
  let bits = number | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
  return (bits ^ (bits >>> 15)) >>> 0
}

const step = 0x9e3779b9

export const chanceOf = (seed: number, number: number): Chance => {
  let state = mixed(mixed(seed + step) ^ Math.imul(number + 1, step))
  const next = (): number => {
    state = (state + step) | 0
    return mixed(state) / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    normal,
    is: (share) => next() < share,
    oneOf: <Name extends string>(weights: Readonly<Record<Name, number>>): Name => {
      const names = Object.keys(weights) as Name[]
      let left = next() * names.reduce((sum, name) => sum + weights[name], 0)
      return names.find((name) => (left -= weights[name]) < 0) ?? names[names.length - 1]!
    },
    delayMs: (medianMs, spread) => medianMs * Math.exp(spread * normal()),
  }
}
