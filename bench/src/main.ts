import { cpus } from 'node:os'
import { mkdir, writeFile } from 'node:fs/promises'
import { conditionBench } from './condition.ts'
import { httpBench } from './http.ts'
import { importBench } from './import.ts'
import { print, type Measured } from './measured.ts'

const conditions = async (): Promise<Measured[]> =>
  (await conditionBench()).map((row) => ({
    ...row,
    name: `condition, ${row.name}`,
    peerName: 'GrowthBook evalCondition',
    aim: row.name === 'two clauses' ? '≤ 40 ns' : '–',
  }))

const rows = [...(await conditions()), ...(await httpBench()), ...(await importBench())]
const table = print(rows)
const day = new Date().toISOString().slice(0, 10)
const heading = `# Benchmarks of ${day}\n\n${cpus().length} cores, Node ${process.versions.node}, PostgreSQL 15 with fsync, loopback; medians of interleaved rounds.\n`
await mkdir(new URL('../results/', import.meta.url), { recursive: true })
await writeFile(new URL(`../results/${day}.md`, import.meta.url), `${heading}\n${table}\n`)
console.log(table)
