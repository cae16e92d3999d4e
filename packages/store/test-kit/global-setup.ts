import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { TestProject } from 'vitest/node'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'
import { startPostgres, type PostgresServer } from './start-postgres.ts'
import type { Flavour } from './postgres-binaries.ts'
import { openKafkaDoor } from './kafka/kafka-door.ts'

/** One server of each flavour for the whole run; tests have a schema each. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const services: PostgresServer[] = []
  const skipped: string[] = []

  async function urlOf(flavour: Flavour, name: string): Promise<string | null> {
    try {
      const service = await startPostgres({ flavour })
      services.push(service)
      return service.url
    } catch (error) {
      if (process.env['CI'] === 'true') throw error
      skipped.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
  }

  project.provide('postgresUrl', await urlOf('default', 'PostgreSQL'))
  project.provide(
    'postgres15Url',
    process.env['BOARDWALK_TEST_POSTGRES_15'] === '1' ? await urlOf('debian-15', 'PostgreSQL 15') : null,
  )

  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-template-'))
  project.provide('embeddedTemplate', await writeTemplate(join(folder, 'template.tar')))

  const kafka = await openKafkaDoor()
  project.provide('kafkaDoor', kafka.address)

  return async () => {
    await rm(folder, { recursive: true, force: true })
    await Promise.all(services.map((service) => service.stop()))
    await kafka.close()
    const missing = kafka.missing()
    if (missing !== undefined) skipped.push(`Kafka: ${missing}`)
    for (const line of skipped) process.stderr.write(`SKIPPED all suites on ${line}\n`)
  }
}

async function writeTemplate(file: string): Promise<string> {
  const database = await PGlite.create()
  const dump = await database.dumpDataDir('none')
  await writeFile(file, dump.stream())
  await database.close()
  return file
}
