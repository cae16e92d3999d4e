import { readdir, readFile } from 'node:fs/promises'

export type Migration = { readonly number: number; readonly name: string; readonly sql: string }

/** Reads `0001-name.sql`, `0002-…` in order. A gap or a number used twice means that two branches met unnoticed. */
export async function readMigrations(directory: URL): Promise<Migration[]> {
  const folder = new URL(directory.href.endsWith('/') ? directory.href : `${directory.href}/`)
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return Promise.all(files.map((file, index) => readMigration(folder, file, index + 1)))
}

async function readMigration(folder: URL, file: string, expected: number): Promise<Migration> {
  const match = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file)
  if (match === null) throw new Error(`The migration ${file} is not named like 0001-what-it-does.sql`)
  const number = Number(match[1])
  if (number !== expected)
    throw new Error(
      `The migration ${file} has number ${number}, expected ${expected}: numbers start at 1 and have neither gap nor double`,
    )
  return { number, name: match[2] ?? '', sql: await readFile(new URL(file, folder), 'utf8') }
}
