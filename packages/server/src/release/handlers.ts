import {
  changeRelease,
  readRelease,
  readReleaseChanges,
  type Database,
  type ReleaseRequest,
  type StoredRelease,
} from '@boardwalk/store'
import type { Logger } from 'pino'
import type { Announcer } from '../following/announce.ts'
import { known } from '../http/known.ts'
import { actor } from '../http/actor.ts'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { header } from '../http/precondition.ts'
import { Failure, type Reply } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'

type Served = Pick<Handlers, 'getRelease' | 'putRelease' | 'killRelease' | 'listReleaseChanges'>

export const tagOf = (revision: number): string => `"${revision}"`

export const bodyOf = ({ flow, settings, ...stored }: StoredRelease) => ({
  flow,
  ...settings,
  ...known(stored),
})

const present = (release: StoredRelease): Reply => ({
  status: 200,
  body: bodyOf(release),
  headers: { etag: tagOf(release.revision) },
})

/** `what`: of what, and that it is. */
export const staleFailure = (what: string, ifMatch: string | undefined, revision: number): Failure => {
  const message = `If-Match is ${ifMatch?.slice(0, 100)}, but the ${what} at ${tagOf(revision)} now. Read it again and decide again.`
  return new Failure('stale', message, { headers: { etag: tagOf(revision) } })
}

export const noFlow = (name: string): Failure =>
  new Failure('flow_not_found', `There is no flow "${name}". GET /api/admin/flows lists those there are.`)

export const isBasedOn =
  (ifMatch: string | undefined) =>
  (revision: number): boolean =>
    ifMatch === undefined ||
    ifMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim() === tagOf(revision))

export const releaseHandlers = (
  database: Database,
  { changed, happened }: Pick<Announcer, 'changed' | 'happened'>,
  log: Logger,
): Served => {
  const found = async (flow: string): Promise<StoredRelease> => {
    const stored = await readRelease(database.query, flow)
    if (stored === undefined) throw noFlow(flow)
    return stored
  }

  const change = async (request: ReleaseRequest, ifMatch?: string): Promise<Reply> => {
    const { flow, kind, by } = request
    const result = await changeRelease(database, request, isBasedOn(ifMatch))
    if (result === 'not_found') throw noFlow(flow)
    if (result === 'stale') {
      const { revision } = await found(flow)
      throw staleFailure(`release of "${flow}" is`, ifMatch, revision)
    }
    const { release } = result
    if (result.changed) {
      // Every load finds it by itself; this is for those who are connected.
      changed('everybody')
      if (kind === 'kill') happened()
      // The reason is kept with the release: what people write may name others, and is not for logs.
      const told = { event: `onboarding.release_${kind}`, flow, revision: release.revision, by }
      if (kind === 'kill') log.error(told, `flow "${flow}" is switched off for all`)
      else log.info(told)
    }
    return present(release)
  }

  return {
    getRelease: async ({ path: { flow } }) => present(await found(flow)),
    putRelease: ({ path: { flow }, body, called, request }) => {
      const { reason = null, userWhitelist, ...rest } = body
      const update = { ...rest, userWhitelist: userWhitelist === null ? [] : userWhitelist }
      return change({ kind: 'set', flow, by: actor(called), reason, update }, header(request, 'If-Match'))
    },
    killRelease: ({ path: { flow }, body: { reason }, called, correlationId }) =>
      change({ kind: 'kill', flow, by: actor(called), reason, correlationId }),
    listReleaseChanges: async ({ path: { flow }, query: { limit, cursor } }) => {
      await found(flow)
      const rows = await readReleaseChanges(
        database.query,
        flow,
        positionAfter(cursor, /^[1-9]\d{0,17}$/),
        limit + 1,
      )
      const page = pageOf(rows, limit, ({ id }) => id)
      return { status: 200, body: { ...page, items: page.items.map(known) } }
    },
  }
}
