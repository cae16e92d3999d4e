export type Cell = string | number | boolean | null

/**
 * What a spreadsheet would take for a formula is a text, whoever wrote it. Some of them take away blanks and what nobody
 * sees, read full-width signs as plain ones, or split lines at other separators than ours.
 */
const formula = /(?=[-=+@＝＋－＠﹦﹢﹣﹫−])(?<=(?:^|[;|\t\r\n])[\s\p{Cc}\p{Cf}]*)|^(?=[\t\r\n])/gu

const cellText = (cell: Cell | undefined): string => {
  if (cell === null || cell === undefined) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = cell.replace(formula, "'")
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** As RFC 4180 has it, with a header line. */
export const csvOf = (
  columns: readonly string[],
  rows: readonly { readonly [column: string]: Cell }[],
): string =>
  [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => cells.map(cellText).join(','))
    .map((line) => `${line}\r\n`)
    .join('')
