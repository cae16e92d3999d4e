import { expect, test } from 'vitest'
import { csvOf } from '../src/figures/csv.ts'
import cells from '../../../conformance/hostile/cells.json' with { type: 'json' }

const { harmless, ...groups } = cells
const hostile = Object.values(groups).flat()

/** As RFC 4180 reads it, and nothing else: an unknown character throws. */
const parsed = (csv: string): string[][] => {
  const lines: string[][] = []
  let line: string[] = []
  for (let at = 0; at < csv.length;) {
    const [whole, quoted, plain, end] =
      /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(csv.slice(at)) ??
      expect.fail(`no cell at ${at}: ${csv}`)
    line.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') {
      lines.push(line)
      line = []
    }
    at += whole.length
  }
  return lines
}

/** Parts of a cell that some spreadsheet calculates: however it splits lines, and whatever it takes away or widens. */
const formulasIn = (cell: string): string[] =>
  cell
    .split(/[;|\t\r\n]/)
    .map((part) =>
      part
        .normalize('NFKC')
        .replaceAll('−', '-')
        .replace(/^[\s\p{Cc}\p{Cf}]+/u, ''),
    )
    .filter((part) => /^[-=+@]/.test(part))

test(`${hostile.length} cells that would be formulas are texts, and nothing else of them changes`, () => {
  expect(new Set(hostile).size).toBeGreaterThanOrEqual(60)
  const rows = hostile.map((text, index) => ({ before: index, text, after: 'end' }))
  const [header, ...lines] = parsed(csvOf(['before', 'text', 'after'], rows))
  expect(header).toEqual(['before', 'text', 'after'])
  expect(lines).toHaveLength(hostile.length)
  for (const [index, [before, text = '', after]] of lines.entries()) {
    expect([before, after]).toEqual([String(index), 'end'])
    expect(formulasIn(text), JSON.stringify(hostile[index])).toEqual([])
    expect(text).not.toMatch(/^[\t\r\n]/)
    expect(text.replaceAll("'", '')).toBe(hostile[index]!.replaceAll("'", ''))
  }
})

test('the check finds the formulas when nothing is done about them', () => {
  expect(hostile.filter((text) => formulasIn(text).length > 0).length).toBeGreaterThan(50)
})

test.each(harmless.map((text) => [text]))('%j stays as it is', (text) => {
  expect(parsed(csvOf(['text'], [{ text }]))).toEqual([['text'], [text]])
})

test('numbers below zero stay numbers', () => {
  expect(
    csvOf(['share', 'people', 'known', 'none'], [{ share: -0.5, people: -1, known: true, none: null }]),
  ).toBe('share,people,known,none\r\n-0.5,-1,true,\r\n')
})
