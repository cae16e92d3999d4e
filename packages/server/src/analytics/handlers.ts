import { readAnalyticsState, rebuildAnalytics, type Database } from '@boardwalk/store'
import type { Announcer } from '../following/announce.ts'
import type { Handlers } from '../http/serve-operations.ts'

// To count all that wait may take long after an import.
const mostCounted = 1_000_000

export const projectionHandlers = (
  database: Database,
  { happened }: Pick<Announcer, 'happened'>,
): Pick<Handlers, 'listProjections' | 'rebuildProjections'> => ({
  listProjections: async () => {
    const { at, waiting, rebuilding } = await readAnalyticsState(database.query, mostCounted)
    const analytics = { name: 'analytics', ...(at !== null && { at }), waiting, rebuilding }
    return { status: 200, body: { items: [analytics] } }
  },
  rebuildProjections: async () => {
    await rebuildAnalytics(database)
    happened()
    return { status: 202, body: null }
  },
})
