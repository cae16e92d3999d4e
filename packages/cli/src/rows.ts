/** Cells in columns, numbers to the right, two spaces before each line. */
export const rows = (cells: readonly (readonly string[])[]): string[] => {
  const widths = cells.reduce<number[]>(
    (widest, row) =>
      Array.from({ length: Math.max(widest.length, row.length) }, (_, index) =>
        Math.max(widest[index] ?? 0, row[index]?.length ?? 0),
      ),
    [],
  )
  const padded = (cell: string, index: number): string =>
    /^\d+$/.test(cell) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)
  return cells.map((row) => `  ${row.map(padded).join('  ')}`.trimEnd())
}
