import { windowMs } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'
import {
  changeExperiment,
  listExperiments,
  readExperiment,
  readExperimentSums,
  readExperimentChanges,
  type Database,
  type ExperimentRequest,
  type StoredExperiment,
} from '@boardwalk/store'
import type { Logger } from 'pino'
import type { Announcer } from '../following/announce.ts'
import { actor } from '../http/actor.ts'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { header } from '../http/precondition.ts'
import { Failure, type Reply } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import { problemsWith } from './objections.ts'
import { presentResults } from './results.ts'

type Served = Pick<
  Handlers,
  | 'listExperiments'
  | 'getExperiment'
  | 'putExperiment'
  | 'startExperiment'
  | 'stopExperiment'
  | 'listExperimentChanges'
  | 'getExperimentResults'
>

const known = <Row extends object>(row: Row) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

const tagOf = (revision: number): string => `"${revision}"`

const present = ({ document, ...stored }: StoredExperiment) => ({ ...document, ...known(stored) })

const reply = (stored: StoredExperiment, status = 200): Reply => ({
  status,
  body: present(stored),
  headers: { etag: tagOf(stored.revision) },
})

const noExperiment = (id: string): Failure =>
  new Failure(
    'experiment_not_found',
    `There is no experiment "${id}". GET /api/admin/experiments lists those there are.`,
  )

const invalid = (problems: readonly Problem[]): Failure =>
  new Failure(
    'invalid_experiment',
    `The experiment does not fit. ${problems[0]?.message ?? ''} "problems" lists all there is.`,
    { problems },
  )

/** A tag of what is not there yet is stale, too; `*` asks that there be one. */
const isBasedOn = (ifMatch: string | undefined, before: StoredExperiment | undefined): boolean =>
  ifMatch === undefined ||
  (before !== undefined &&
    ifMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim() === tagOf(before.revision)))

type Objection = { readonly problems: readonly Problem[] } | { readonly stale: number }

export const experimentHandlers = (
  database: Database,
  { changed }: Pick<Announcer, 'changed'>,
  log: Logger,
  clock: () => number,
): Served => {
  const { query } = database

  const found = async (id: string): Promise<StoredExperiment> => {
    const stored = await readExperiment(query, id)
    if (stored === undefined) throw noExperiment(id)
    return stored
  }

  const change = async (request: ExperimentRequest, ifMatch?: string): Promise<Reply> => {
    const { id, kind, by } = request
    const result = await changeExperiment(
      database,
      request,
      async (within, before): Promise<Objection | undefined> => {
        if (!isBasedOn(ifMatch, before)) return { stale: before?.revision ?? 0 }
        const document = kind === 'set' ? request.document : before?.document
        const wasNeverRun = kind === 'stop' && before?.status === 'draft'
        if (wasNeverRun)
          return {
            problems: [
              {
                path: '',
                found: 'a draft',
                expected: 'an experiment that runs',
                message: 'It does not run. There is nothing to stop.',
              },
            ],
          }
        const problems = document && kind !== 'stop' ? await problemsWith(within, document, before) : []
        return problems.length > 0 ? { problems } : undefined
      },
    )
    if (result === 'not_found') throw noExperiment(id)
    if ('objection' in result) {
      const { objection } = result
      if ('problems' in objection) throw invalid(objection.problems)
      const message = `If-Match is ${ifMatch?.slice(0, 100)}, but experiment "${id}" is at ${tagOf(objection.stale)} now. Read it again and decide again.`
      throw new Failure('stale', message, { headers: { etag: tagOf(objection.stale) } })
    }
    const { experiment } = result
    const { revision, status } = experiment
    if (result.changed) {
      // Every load finds it by itself; this is for those who are connected.
      changed('everybody')
      log.info({ event: `onboarding.experiment_${kind}`, experiment: id, revision, status, by })
    }
    return reply(experiment, kind === 'set' && result.changed && revision === 1 ? 201 : 200)
  }

  return {
    listExperiments: async ({ query: { limit, cursor } }) => {
      const after = positionAfter(cursor, /^[a-z][a-z0-9_-]{0,63}$/) ?? ''
      const page = pageOf(await listExperiments(query, after, limit + 1), limit, ({ document: { id } }) => id)
      return { status: 200, body: { ...page, items: page.items.map(present) } }
    },
    getExperiment: async ({ path: { id } }) => reply(await found(id)),
    putExperiment: ({ path: { id }, body, called, request }) => {
      if (body.id !== undefined && body.id !== id) {
        const message = 'The body names another experiment than the path. Leave it out, or correct it.'
        throw invalid([{ path: 'id', found: JSON.stringify(body.id), expected: `"${id}"`, message }])
      }
      const document = { ...body, id }
      return change({ kind: 'set', id, by: actor(called), document }, header(request, 'If-Match'))
    },
    startExperiment: ({ path: { id }, called }) => change({ kind: 'start', id, by: actor(called) }),
    stopExperiment: ({ path: { id }, body: { reason = null }, called }) =>
      change({ kind: 'stop', id, by: actor(called), reason }),
    getExperimentResults: async ({ path: { id }, query: { window } }) => {
      const experiment = await found(id)
      const sums = await readExperimentSums(query, experiment.document, clock(), windowMs(window))
      return { status: 200, body: presentResults(experiment, sums, window) }
    },
    listExperimentChanges: async ({ path: { id }, query: { limit, cursor } }) => {
      await found(id)
      const before = positionAfter(cursor, /^[1-9]\d{0,17}$/)
      const page = pageOf(await readExperimentChanges(query, id, before, limit + 1), limit, (row) => row.id)
      return { status: 200, body: { ...page, items: page.items.map(known) } }
    },
  }
}
