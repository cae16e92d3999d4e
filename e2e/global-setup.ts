import type { TestProject } from 'vitest/node'
import { needChromium } from './chromium.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

/** Looks for the browser once for the whole run. */
export function setup(project: TestProject): () => void {
  let skipped = ''
  try {
    project.provide('chromiumPath', needChromium())
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    skipped = error instanceof Error ? error.message : String(error)
    project.provide('chromiumPath', null)
  }
  return () => {
    if (skipped !== '') process.stderr.write(`SKIPPED all journeys in a browser: ${skipped}\n`)
  }
}
