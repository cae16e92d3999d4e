import {
  lockWatched,
  readPlan,
  readWatched,
  writePlan,
  type Database,
  type Plan,
  type WatchedFlow,
} from '@boardwalk/store'
import type { Logger } from 'pino'
import type { Announcer } from '../following/announce.ts'
import { advance, currentPhase, measureCriteria, nextPhase } from '../health/advance.ts'
import { actor } from '../http/actor.ts'
import { known } from '../http/known.ts'
import { header } from '../http/precondition.ts'
import type { Reply } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import { bodyOf, isBasedOn, noFlow, staleFailure, tagOf } from './handlers.ts'

type Served = Pick<Handlers, 'getReleasePhases' | 'putReleasePhases' | 'advanceRelease'>

type Parts = {
  readonly database: Database
  readonly clock: () => number
  readonly log: Logger
  readonly announcer: Pick<Announcer, 'changed'>
}

export const phaseHandlers = ({ database, clock, log, announcer }: Parts): Served => {
  const { query } = database

  const found = async (flow: string): Promise<{ watched: WatchedFlow; plan: Plan }> => {
    const [watched, plan] = await Promise.all([readWatched(query, flow), readPlan(query, flow)])
    if (watched === undefined || plan === undefined) throw noFlow(flow)
    return { watched, plan }
  }

  const present = async (flow: string): Promise<Reply> => {
    const { watched, plan } = await found(flow)
    const { phases, revision, enteredAt, changedAt, changedBy } = plan
    return {
      status: 200,
      body: {
        flow,
        phases,
        current: currentPhase(plan)?.name ?? null,
        next: nextPhase(plan)?.name ?? null,
        criteria: await measureCriteria(query, watched, plan, clock()),
        revision,
        ...known({ enteredAt, changedAt, changedBy }),
      },
      headers: { etag: tagOf(revision) },
    }
  }

  return {
    getReleasePhases: ({ path: { flow } }) => present(flow),

    putReleasePhases: async ({ path: { flow }, body: { phases }, called, request }) => {
      const ifMatch = header(request, 'If-Match')
      await database.transaction(async (session) => {
        await lockWatched(session.query, flow)
        const plan = await readPlan(session.query, flow)
        if (plan === undefined) throw noFlow(flow)
        if (!isBasedOn(ifMatch)(plan.revision))
          throw staleFailure(`phases of "${flow}" are`, ifMatch, plan.revision)
        const place = phases.findIndex(({ name }) => name === currentPhase(plan)?.name)
        const current = place === -1 ? null : place
        const enteredAt = current === null ? null : plan.enteredAt
        await writePlan(session.query, flow, { phases, current, enteredAt }, actor(called))
      })
      return present(flow)
    },

    advanceRelease: async ({ path: { flow }, body, called }) => {
      const { watched, plan } = await found(flow)
      const result = await advance(database, watched, plan, { ...body, by: actor(called) }, clock())
      const current = currentPhase(result.plan)?.name ?? null
      const told = { flow, current, criteria: result.criteria }
      if ('refused' in result)
        return { status: 200, body: { ...told, advanced: false, refused: result.refused } }
      announcer.changed('everybody')
      log.info({ event: 'onboarding.release_advanced', flow, phase: current, by: actor(called) })
      return { status: 200, body: { ...told, advanced: true, release: bodyOf(result.release) } }
    },
  }
}
