import type { Boardwalk } from '@boardwalk/server'

/** As `PUT /api/admin/experiments/{id}` takes it. */
export type ExperimentFile = { readonly id: string; readonly [field: string]: unknown }

/**
 * Makes and starts those that there are not yet, over HTTP as any host would; what a team changed or stopped since is left
 * alone. Answers which.
 */
export const startMissing = async (
  { fetch }: Pick<Boardwalk, 'fetch'>,
  apiKey: string | undefined,
  experiments: readonly ExperimentFile[],
): Promise<string[]> => {
  const ask = async (method: string, path: string, body?: object): Promise<number> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const response = await fetch(new Request(new URL(path, 'http://boardwalk'), request))
    const text = await response.text()
    if (!response.ok && response.status !== 404)
      throw new Error(`Boardwalk answered ${response.status} to ${method} ${path}: ${text}`)
    return response.status
  }
  const started: string[] = []
  if (apiKey === undefined) return started
  for (const experiment of experiments) {
    const path = `/api/admin/experiments/${experiment.id}`
    if ((await ask('GET', path)) !== 404) continue
    await ask('PUT', path, experiment)
    await ask('POST', `${path}/start`)
    started.push(experiment.id)
  }
  return started
}
