// The name an author most likely meant: one slip for a short name, two for a longer one. Of two
// equally near, the one that begins the same: $neq is $ne and not $eq.
export const nearest = (name: string, names: Iterable<string>): string | undefined => {
  if (name.length > 20) return undefined
  const most = name.length < 5 ? 1 : 2
  let best: string | undefined
  let fewest = Infinity
  for (const candidate of names) {
    const count = slips(name.toLowerCase(), candidate.toLowerCase())
    const rank = count - (name[1] === candidate[1] ? 0.5 : 0)
    if (count > most || rank >= fewest) continue
    best = candidate
    fewest = rank
  }
  return best
}

// Levenshtein distance, two neighbours swapped counting as one slip.
const slips = (from: string, to: string): number => {
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          at(above, column) + 1,
          at(current, column - 1) + 1,
          at(above, column - 1) + (same ? 0 : 1),
          swapped ? at(before, column - 2) + 1 : Infinity,
        ),
      )
    }
    before = above
    above = current
  }
  return at(above, to.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity
