import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Made at the first `npm start`, for this checkout only. */
export type DevelopmentSecrets = { readonly jwtSecret: string; readonly apiKey: string }

const folder = '.boardwalk'
const file = join(folder, 'development-secrets.json')

export const readDevelopmentSecrets = async (): Promise<DevelopmentSecrets | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DevelopmentSecrets
  } catch {
    return undefined
  }
}

/** Random and kept, so that tokens and keys of yesterday still work; readable by the owner only. */
export const developmentSecrets = async (): Promise<DevelopmentSecrets> => {
  const known = await readDevelopmentSecrets()
  if (known) return known
  const made = { jwtSecret: randomBytes(32).toString('hex'), apiKey: randomBytes(32).toString('hex') }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  return made
}
