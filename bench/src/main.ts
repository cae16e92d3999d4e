// `npm run bench` measures everything but the soak; `npm run bench -- screens` only that section.
import { cpus } from 'node:os'
import { mkdir, writeFile } from 'node:fs/promises'
import { analyticsBench } from './analytics.ts'
import { answersBench } from './answers.ts'
import { assignmentBench } from './assignment.ts'
import { conditionBench } from './condition.ts'
import { eventsBench } from './events.ts'
import { httpBench } from './http.ts'
import { importBench } from './import.ts'
import { print, type Measured } from './measured.ts'
import { paintBench } from './screen-paint.ts'
import { screenSizes } from './screen-sizes.ts'
import { soak } from './soak.ts'
import { webhooksBench } from './webhooks.ts'

const day = new Date().toISOString().slice(0, 10)
const machine = `${cpus().length} cores, Node ${process.versions.node}`

const conditions = async (): Promise<Measured[]> =>
  (await conditionBench()).map((row) => ({
    ...row,
    name: `condition, ${row.name}`,
    peerName: 'GrowthBook evalCondition',
    aim: row.name === 'two clauses' ? '≤ 40 ns' : '–',
  }))

const write = async (name: string, lines: readonly string[]): Promise<void> => {
  await mkdir(new URL('../results/', import.meta.url), { recursive: true })
  await writeFile(new URL(`../results/${name}.md`, import.meta.url), `${lines.join('\n')}\n`)
  console.log(lines.join('\n'))
}

const table =
  (subject: string, suffix: string, measure: () => Promise<Measured[]>) => async (): Promise<void> => {
    const heading = `${machine}, PostgreSQL 15 with fsync, loopback; medians of interleaved rounds.`
    await write(`${day}${suffix}`, [
      `# Benchmarks of ${subject}${day}`,
      '',
      heading,
      '',
      print(await measure()),
    ])
  }

const sections: Readonly<Record<string, () => Promise<void>>> = {
  server: table('', '', async () => [...(await conditions()), ...(await httpBench())]),
  answers: table('cached answers of ', '-answers', answersBench),
  events: table('events of ', '-events', eventsBench),
  webhooks: table('webhooks of ', '-webhooks', webhooksBench),
  import: table('moving in of ', '-import', importBench),
  assignment: async () => {
    const heading = `${machine}, in one process; a second is one of its processor time, medians of interleaved rounds.`
    await write(`${day}-assignment`, [
      `# Benchmarks of assignment of ${day}`,
      '',
      heading,
      '',
      print(await assignmentBench()),
    ])
  },
  analytics: table('analytics of ', '-analytics', analyticsBench),
  screens: async () => {
    const painted = await paintBench()
    const { rows, missing } = await screenSizes()
    const heading = `${machine}, embedded PostgreSQL, Chromium without a window, loopback, nothing cached; medians of interleaved visits. Bytes: minified by rolldown, gzip -9, all chunks, without styles.`
    const absent = missing.length === 0 ? [] : ['', ...missing.map((line) => `- ${line}`)]
    await write(`${day}-screens`, [
      `# Benchmarks of screens of ${day}`,
      '',
      heading,
      '',
      print([...rows, ...painted]),
      ...absent,
    ])
  },
}

/** Only when it is asked for: SOAK_MINUTES (20), SOAK_RATE (requests a second; half of the limit measured), REDIS_URL. */
const soaking = async (): Promise<void> => {
  const rows = await soak()
  const heading = `${machine}, PostgreSQL 15 with fsync, loopback; one process of Boardwalk, its callers beside it.`
  await write(`${day}-soak`, [`# Soak of ${day}`, '', heading, '', ...rows])
}

const asked = process.argv[2]
if (asked !== undefined && asked !== 'soak' && sections[asked] === undefined)
  throw new Error(`There is no section "${asked}", only ${Object.keys(sections).join(', ')} and soak`)
if (asked === 'soak') await soaking()
for (const [name, measure] of Object.entries(sections))
  if (asked === undefined || asked === name) await measure()
