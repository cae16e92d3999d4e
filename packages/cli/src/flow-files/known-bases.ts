import { mkdir, readFile, writeFile } from 'node:fs/promises'

// Beside the development secrets; not for version control, because it is about one person's working copy.
const folder = '.boardwalk'
const file = `${folder}/flows.json`

type Bases = { readonly [url: string]: { readonly [flow: string]: string } }

const read = async (): Promise<Bases> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Bases
  } catch {
    return {}
  }
}

/** The tag of the version of a flow that was last pulled from or pushed to this Boardwalk, from this folder. */
export const knownBase = async (url: string, flow: string): Promise<string | undefined> =>
  (await read())[url]?.[flow]

export const rememberBase = async (url: string, flow: string, tag: string | null): Promise<void> => {
  if (tag === null) return
  const bases = await read()
  await mkdir(folder, { recursive: true })
  const next: Bases = { ...bases, [url]: { ...bases[url], [flow]: tag } }
  await writeFile(file, `${JSON.stringify(next, null, 2)}\n`)
}
