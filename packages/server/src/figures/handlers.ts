import type { AnalyticsQuery, AnalyticsQuestion } from '@boardwalk/contract'
import type { Query } from '@boardwalk/store'
import type { CaughtUp } from '../analytics/caught-up.ts'
import type { Reply } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import { abandonmentOf, gatesOf, nudgesOf } from './attempts.ts'
import { conversionOf, retentionOf } from './cohorts.ts'
import { eventNotes } from './event-notes.ts'
import { funnelOf } from './funnel.ts'
import { envelopeOf, subjectOf, type Subject } from './question.ts'
import { rangeOf, type Range } from './range.ts'
import {
  abandonmentTable,
  conversionTable,
  csvOfFigures,
  funnelTable,
  gatesTable,
  nudgesTable,
  retentionTable,
  timesTable,
  type Table,
} from './tables.ts'
import { timesOf } from './times.ts'

type Served = Pick<
  Handlers,
  | 'getFunnel'
  | 'getTimeToComplete'
  | 'getTimeToValue'
  | 'getConversion'
  | 'getRetention'
  | 'getAbandonment'
  | 'getNudgeFigures'
  | 'getGateFigures'
>

const wantsCsv = ({ format }: AnalyticsQuery, request: Request): boolean =>
  format === undefined ? /\btext\/csv\b/.test(request.headers.get('accept') ?? '') : format === 'csv'

type Answering<Figures> = {
  readonly question: AnalyticsQuestion
  readonly table: Table<Figures>
  readonly needsFlow: boolean
  readonly tellsDays: boolean
  readonly figures: (subject: Subject, range: Range, now: number) => Promise<Figures>
  /** What else to mind with the figures. */
  readonly notes?: (figures: Figures) => Promise<string[]>
}

export const figureHandlers = (
  query: Query,
  clock: () => number,
  caughtUp: () => Promise<CaughtUp>,
): Served => {
  const answer = async <Figures extends object>(
    { query: asked, request }: { readonly query: AnalyticsQuery; readonly request: Request },
    { question, table, needsFlow, tellsDays, figures: read, notes }: Answering<Figures>,
  ): Promise<Reply> => {
    const range = rangeOf(asked, clock(), tellsDays)
    // First: which flows have entries is counted, too.
    const caught = await caughtUp()
    const subject = await subjectOf(query, asked, needsFlow)
    const figures = await read(subject, range, clock())
    if (!wantsCsv(asked, request)) {
      const minds = (await notes?.(figures)) ?? []
      return { status: 200, body: { ...figures, ...envelopeOf(question, subject, range, caught, minds) } }
    }
    const file = [question, subject.flow?.name, range.from, range.to].filter(Boolean).join('-')
    return {
      status: 200,
      body: csvOfFigures(figures, table, asked.compare),
      headers: {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': `attachment; filename="${file.replaceAll(/[^\w.-]/g, '_')}.csv"`,
      },
    }
  }

  return {
    getFunnel: (input) =>
      answer(input, {
        question: 'funnel',
        table: funnelTable,
        needsFlow: true,
        tellsDays: input.query.by === 'day',
        figures: (subject, range, now) => funnelOf(query, input.query, subject, range, now),
      }),
    getTimeToComplete: (input) =>
      answer(input, {
        question: 'time-to-complete',
        table: timesTable,
        needsFlow: true,
        tellsDays: false,
        figures: ({ whom }, range, now) => timesOf(query, whom, range, 'complete', now),
      }),
    getTimeToValue: (input) => {
      const { event } = input.query
      const isStep = event === 'activation'
      return answer(input, {
        question: 'time-to-value',
        table: timesTable,
        needsFlow: isStep,
        tellsDays: false,
        figures: async ({ whom }, range, now) => ({
          event,
          ...(await timesOf(query, whom, range, isStep ? 'activation' : { event }, now)),
        }),
        notes: async ({ completed }) => (completed > 0 || isStep ? [] : eventNotes(query, event)),
      })
    },
    getConversion: (input) => {
      const { event } = input.query
      return answer(input, {
        question: 'conversion',
        table: conversionTable,
        needsFlow: false,
        tellsDays: true,
        figures: ({ whom }, range, now) => conversionOf(query, whom, range, event, now),
        notes: async ({ converted }) => (converted > 0 ? [] : eventNotes(query, event)),
      })
    },
    getRetention: (input) =>
      answer(input, {
        question: 'retention',
        table: retentionTable,
        needsFlow: false,
        tellsDays: true,
        figures: ({ whom }, range, now) => retentionOf(query, whom, range, now),
      }),
    getAbandonment: (input) =>
      answer(input, {
        question: 'abandonment',
        table: abandonmentTable,
        needsFlow: true,
        tellsDays: input.query.by === 'day',
        figures: (subject, range, now) => abandonmentOf(query, input.query, subject, range, now),
      }),
    getNudgeFigures: (input) =>
      answer(input, {
        question: 'nudges',
        table: nudgesTable,
        needsFlow: true,
        tellsDays: input.query.by === 'day',
        figures: (subject, range) => nudgesOf(query, input.query, subject, range),
      }),
    getGateFigures: (input) =>
      answer(input, {
        question: 'gates',
        table: gatesTable,
        needsFlow: true,
        tellsDays: input.query.by === 'day',
        figures: (subject, range) => gatesOf(query, input.query, subject, range),
      }),
  }
}
