import { pino } from 'pino'

/** All that a process logs, as it would stand on its standard output. */
export const keptLog = () => {
  const lines: string[] = []
  const log = pino({ level: 'debug', base: null }, { write: (text: string) => void lines.push(text) })
  const told = () => lines.map((line) => JSON.parse(line))
  return { log, lines, told, events: (event: string) => told().filter((one) => one.event === event) }
}
