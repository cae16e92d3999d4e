import { randomUUID } from 'node:crypto'
import { problemAt } from '@boardwalk/contract'
import { metricNames, type HealthSettings } from '@boardwalk/engine/health'
import {
  changeHealthSettings,
  insertMeasurement,
  listAlerts,
  listIncidents,
  readFlowsAsked,
  readWatched,
  writeBaseline,
  type Database,
  type FrozenFigure,
  type WatchedFlow,
  type Whom,
} from '@boardwalk/store'
import type { CaughtUp } from '../analytics/caught-up.ts'
import { dayMs, hourMs, mostDaysTold, refuseQuery } from '../figures/range.ts'
import { actor } from '../http/actor.ts'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { known } from '../http/known.ts'
import { header } from '../http/precondition.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import { noFlow } from '../release/handlers.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { figuresOf } from './figures-of.ts'
import { baselineOf, currentFigures, metricsOfValue, rollbackFindings, whomOf } from './findings.ts'
import { presentAlert, presentIncident, presentMetrics } from './present.ts'
import { presentSettings, settingsAfter } from './settings.ts'

type Served = Pick<
  Handlers,
  | 'getHealth'
  | 'takeBaseline'
  | 'sendMeasurement'
  | 'getHealthSettings'
  | 'putHealthSettings'
  | 'listIncidents'
  | 'listAlerts'
>

type Parts = {
  readonly database: Database
  readonly clock: () => number
  readonly outbound: Pick<Outbound, 'refusal'>
  readonly hasMail: boolean
  readonly caughtUp: () => Promise<CaughtUp>
}

const minuteMs = 60_000
const mostFiring = 100
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

type HealthQuery = {
  readonly version?: number | undefined
  readonly arm?: string | undefined
  readonly control?: string | undefined
}

export const healthHandlers = ({ database, clock, outbound, hasMail, caughtUp }: Parts): Served => {
  const { query } = database

  const found = async (flow: string): Promise<WatchedFlow> => {
    const watched = await readWatched(query, flow)
    if (watched === undefined) throw noFlow(flow)
    return watched
  }

  /** Whom the figures are of, and whom they are compared with; a control of another version leaves that in force. */
  const whomsOf = async (flow: string, asked: HealthQuery): Promise<{ whom: Whom; control: Whom | null }> => {
    const { version = null, arm = null, control } = asked
    const whom = { ...whomOf(flow), version, arm }
    if (control === undefined) return { whom, control: null }
    const [dimension = '', name = ''] = control.split(/:(.*)/su)
    if (dimension === 'arm') {
      if (arm === null) throw refuseQuery(asked, 'arm', 'an arm to compare with the control')
      return { whom, control: { ...whom, arm: name } }
    }
    const [inForce] = await readFlowsAsked(query, flow, null)
    return {
      whom: { ...whom, version: version ?? inForce?.version ?? null },
      control: { ...whom, version: Number(name) },
    }
  }

  const presentBaseline = ({ baseline }: WatchedFlow) => {
    if (baseline === null) return null
    const { since, until, takenAt, takenBy } = baseline
    return { since, until, takenAt, takenBy }
  }

  const settingsOf = (flow: string, { settings, changedAt, changedBy }: WatchedFlow) => ({
    status: 200,
    body: { flow, ...presentSettings(settings), ...known({ changedAt, changedBy }) },
  })

  return {
    getHealth: async ({ path: { flow }, query: asked }) => {
      const watched = await found(flow)
      await caughtUp()
      const now = clock()
      const { whom, control } = await whomsOf(flow, asked)
      const [figures, compared, findings, alerts] = await Promise.all([
        currentFigures(query, watched, metricNames, now, { whom }),
        control && currentFigures(query, watched, metricNames, now, { whom: control }),
        rollbackFindings(query, watched, now),
        listAlerts(query, { flow, firing: true }, mostFiring),
      ])
      const { windowDays, windowMinutes, automaticRollback } = watched.settings
      const iso = (ms: number): string => new Date(ms).toISOString()
      return {
        status: 200,
        body: {
          flow,
          window: {
            since: iso(now - windowDays * dayMs),
            until: iso(now),
            apiSince: iso(now - windowMinutes * minuteMs),
          },
          metrics: presentMetrics(
            figures,
            (metric) => (compared ? (compared[metric] ?? null) : baselineOf(watched, metric)),
            watched.settings,
          ),
          baseline: presentBaseline(watched),
          ...(asked.control !== undefined && { control: asked.control }),
          alerts: alerts.map(presentAlert),
          rollback: {
            automatic: automaticRollback,
            findings: findings.map(({ rule, finding: { verdict, reason } }) => ({
              rule: rule.id,
              metric: rule.metric,
              verdict,
              reason,
            })),
          },
        },
      }
    },

    takeBaseline: async ({ path: { flow }, body, called }) => {
      const watched = await found(flow)
      const [since, until] = [Date.parse(body.from), Date.parse(body.to)]
      const now = clock()
      if (until - since < hourMs || until - since > mostDaysTold * dayMs || until > now) {
        const apart = until - since < hourMs ? 'at least an hour' : `at most ${mostDaysTold} days`
        const expected = until > now ? 'a time that has passed' : `${apart} after "from"`
        const problem = problemAt(body, ['to'], expected)
        throw new Failure('invalid_request', `The body does not fit. ${problem.message}`, {
          problems: [problem],
        })
      }
      await caughtUp()
      const { valueEvent } = watched.settings
      const asked = { whom: whomOf(flow), valueEvent, since, until, now }
      const figures = await figuresOf(query, metricNames, asked, since)
      const metrics: { [metric: string]: FrozenFigure } = {}
      for (const metric of metricNames) {
        const figure = figures[metric]
        if (figure === undefined) continue
        const { value, of, pieces } = figure
        const count = pieces?.reduce((sum, piece) => sum + piece.count, 0)
        const about = metricsOfValue.includes(metric) && { valueEvent }
        metrics[metric] = { value, of, ...(count !== undefined && { count }), ...about }
      }
      await writeBaseline(query, flow, { since: body.from, until: body.to, takenBy: actor(called), metrics })
      const { baseline } = await found(flow)
      const told = Object.entries(metrics).map(([metric, { value, of }]) => [metric, { value, of }])
      return { status: 200, body: { flow, ...baseline, metrics: Object.fromEntries(told) } }
    },

    sendMeasurement: async ({ path: { flow }, body, request }) => {
      const { metric, value } = body
      const at = new Date(body.at).toISOString()
      const key = header(request, 'Idempotency-Key') ?? null
      const stored = await insertMeasurement(query, { id: randomUUID(), flow, metric, value, at, key })
      if (stored === undefined) throw noFlow(flow)
      if (stored.metric !== metric || stored.value !== value || stored.at !== Date.parse(at))
        throw new Failure(
          'idempotency_mismatch',
          'This Idempotency-Key was used before, for another measurement of this flow. Use a new one.',
        )
      return { status: 201, body: { id: stored.id } }
    },

    getHealthSettings: async ({ path: { flow } }) => settingsOf(flow, await found(flow)),
    putHealthSettings: async ({ path: { flow }, body, called }) => {
      await found(flow)
      for (const [index, { kind, to }] of (body.receivers ?? []).entries()) {
        if (kind === 'email' && !hasMail) {
          const expected = '"webhook" or "slack": mail needs SMTP_URL and ALERT_FROM'
          const problem = problemAt(body, ['receivers', index, 'kind'], expected)
          throw new Failure('invalid_request', `The body does not fit. ${problem.message}`, {
            problems: [problem],
          })
        }
        const refused = to === undefined || kind === 'email' ? undefined : await outbound.refusal(to)
        if (refused !== undefined) throw new Failure('url_refused', `The URL of a receiver ${refused}.`)
      }
      const change = (before: HealthSettings): HealthSettings => settingsAfter(before, body)
      const changed = await changeHealthSettings(database, flow, actor(called), change)
      if (changed === undefined) throw noFlow(flow)
      return settingsOf(flow, changed)
    },

    listIncidents: async ({ path: { flow }, query: { limit, cursor } }) => {
      await found(flow)
      const rows = await listIncidents(query, flow, positionAfter(cursor, uuid), limit + 1)
      const page = pageOf(rows, limit, ({ id }) => id)
      return { status: 200, body: { ...page, items: page.items.map(presentIncident) } }
    },
    listAlerts: async ({ query: { limit, cursor, flow, firing } }) => {
      const asked = {
        flow,
        firing: firing === undefined ? undefined : firing === 'true',
        before: positionAfter(cursor, uuid),
      }
      const page = pageOf(await listAlerts(query, asked, limit + 1), limit, ({ id }) => id)
      return { status: 200, body: { ...page, items: page.items.map(presentAlert) } }
    },
  }
}
