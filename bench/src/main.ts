import { cpus } from 'node:os'
import { mkdir, writeFile } from 'node:fs/promises'
import { conditionBench } from './condition.ts'
import { eventsBench } from './events.ts'
import { httpBench } from './http.ts'
import { print, type Measured } from './measured.ts'
import { webhooksBench } from './webhooks.ts'

const conditions = async (): Promise<Measured[]> =>
  (await conditionBench()).map((row) => ({
    ...row,
    name: `condition, ${row.name}`,
    peerName: 'GrowthBook evalCondition',
    aim: row.name === 'two clauses' ? '≤ 40 ns' : '–',
  }))

const sections: Readonly<Record<string, () => Promise<Measured[]>>> = {
  conditions,
  http: httpBench,
  events: eventsBench,
  webhooks: webhooksBench,
}
// Sections named on the command line, or all.
const named = process.argv.slice(2)
const rows: Measured[] = []
for (const [name, bench] of Object.entries(sections))
  if (named.length === 0 || named.includes(name)) rows.push(...(await bench()))
const table = print(rows)
const day = new Date().toISOString().slice(0, 10)
const heading = `# Benchmarks of ${day}\n\n${cpus().length} cores, Node ${process.versions.node}, PostgreSQL 15 with fsync, loopback; medians of interleaved rounds.\n`
await mkdir(new URL('../results/', import.meta.url), { recursive: true })
const suffix = named.map((name) => `-${name}`).join('')
await writeFile(new URL(`../results/${day}${suffix}.md`, import.meta.url), `${heading}\n${table}\n`)
console.log(table)
