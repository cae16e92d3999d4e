import { plain } from './plain.ts'
import { rows } from './rows.ts'

type Figures = { readonly [name: string]: unknown }

const shares = new Set([
  'completionRate',
  'completionRateMatured',
  'dropOff',
  'share',
  'ofPrevious',
  'skipRate',
  'rate',
  'snoozeRate',
  'dismissRate',
])

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

const duration = (ms: number): string => {
  const [unit, length] = units.find(([, long]) => ms >= long) ?? ['ms', 1]
  return `${(ms / length).toFixed(unit === 'ms' ? 0 : 1)} ${unit}`
}

const isRecord = (value: unknown): value is Figures =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const time = (ms: unknown): string => (typeof ms === 'number' ? duration(ms) : '?')

/** A share, a time with its interval, or how many of how many; undefined: this is no single figure. */
const cell = (name: string, value: unknown): string | undefined => {
  if (value === null) return '–'
  if (typeof value === 'number') return shares.has(name) ? percent(value) : String(value)
  if (typeof value === 'string') return plain(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (!isRecord(value)) return undefined
  if ('reached' in value)
    return value['reached']
      ? `${time(value['ms'])} (${time(value['low'])} – ${time(value['high'])})`
      : 'not reached'
  if ('of' in value) {
    const rate = typeof value['rate'] === 'number' ? ` ${percent(value['rate'])}` : ''
    return `${String(value['people'])}/${String(value['of'])}${rate}`
  }
  return undefined
}

/** Days of which a cohort is usually compared; the others are in CSV and JSON. */
const daysShown = [0, 1, 7, 14, 30]

const cellsOf = (figures: Figures): [name: string, text: string][] =>
  Object.entries(figures).flatMap(([name, value]): [string, string][] => {
    const text = cell(name, value)
    if (text !== undefined) return [[name, text]]
    if (name === 'percentiles' && isRecord(value)) return cellsOf(value)
    if (name === 'finishersOnly' && isRecord(value))
      return [['finishersOnly', typeof value['median'] === 'number' ? duration(value['median']) : '–']]
    if (name === 'rates' && Array.isArray(value))
      return daysShown.map((day) => [`day ${day}`, cell('rate', value[day]) ?? ''])
    return []
  })

const tableOf = (records: readonly Figures[]): string[] => {
  const lines = records.map(cellsOf)
  const names = [...new Set(lines.flatMap((line) => line.map(([name]) => name)))]
  const cells = lines.map((line) => {
    const texts = new Map(line)
    return names.map((name) => texts.get(name) ?? '')
  })
  return rows([names, ...cells])
}

const tables = ['steps', 'retention', 'cohorts', 'days', 'groups']

/** Figures as a terminal shows them: single ones line by line, then a table of each list. */
export const figureLines = (figures: Figures): string[] => [
  ...rows(cellsOf(figures)),
  ...tables.flatMap((name) => {
    const records = figures[name]
    return Array.isArray(records) && records.length > 0 ? ['', name, ...tableOf(records)] : []
  }),
]
