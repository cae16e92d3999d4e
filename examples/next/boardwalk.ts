import { createBoardwalk } from '@boardwalk/server'
import { createGates } from '@boardwalk/sdk'
import { nextGates } from '@boardwalk/sdk/next'
import { publishShopFlow } from '../shop/publish-shop-flow.ts'
import { createSessions } from '../shop/sessions.ts'

const createHost = () => {
  const sessions = createSessions()
  const userOf = (request: Request): string | undefined => sessions.userOf(request.headers.get('cookie'))
  const boardwalk = createBoardwalk({
    database: { directory: '.boardwalk/data' },
    identify: (request) => {
      const userId = userOf(request)
      return userId === undefined ? undefined : { userId }
    },
  })
  const gates = createGates({ boardwalk })
  const start = async (): Promise<void> => {
    await publishShopFlow(boardwalk)
    await gates.start()
  }
  return { sessions, userOf, boardwalk, start, ...nextGates(gates, { user: userOf }) }
}

// Next may load a module once for each route; the database has one owner in a process.
const kept = globalThis as { boardwalkHost?: ReturnType<typeof createHost> }

export const host = (kept.boardwalkHost ??= createHost())
