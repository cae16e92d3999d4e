import { expect, test } from 'vitest'
import type { z } from 'zod'
import { analyticsDefinitions, analyticsQuestions, operationIds, operationRow, parse } from '../src/index.ts'

const rowOf = (question: string) =>
  operationIds.map(operationRow).find(({ path }) => path === `/api/admin/analytics/${question}`)

/** What says whom and when an answer is about, not how many. */
const surroundings =
  'flow definitions asOf isCurrent range notes groups groupsLeftOut days stepsOfVersion window order event id removed'.split(
    ' ',
  )

const figuresOf = (question: string): string[] => {
  const { steps, ...figures } = (rowOf(question)?.answers[200] as z.ZodObject | undefined)?.shape ?? {}
  const ofSteps = Object.keys(
    ((steps as z.ZodArray | undefined)?.element as z.ZodObject | undefined)?.shape ?? {},
  )
  return [...Object.keys(figures), ...ofSteps].filter((name) => !surroundings.includes(name))
}

test.each(analyticsQuestions)('%s: each figure is defined, and nothing that is no figure', (question) => {
  const defined = Object.keys(analyticsDefinitions[question]).map((name) => name.replace(/^steps\./, ''))
  const figures = figuresOf(question)
  for (const figure of figures) expect(defined).toContain(figure)
  for (const name of defined) expect(figures).toContain(name.split('.')[0])
})

test.each(analyticsQuestions)('%s takes flow, segment, range, comparison and format', (question) => {
  const query = rowOf(question)?.parameters.query
  if (query === undefined) throw new Error(`${question} takes no query`)
  const given = {
    flow: 'shop',
    version: '2',
    arm: '',
    market: 'DE',
    plan: 'team',
    role: 'owner',
    locale: 'de',
    from: '2026-01-31',
    to: '2026-02-01T00:00:00+01:00',
    timeZone: 'Europe/Paris',
    compare: 'market',
    format: 'csv',
    event: 'a.b',
  }
  const { event: _, ...withoutEvent } = given
  const fitting = 'event' in query.shape ? given : withoutEvent
  expect(parse(query, fitting)).toEqual({ value: expect.objectContaining({ version: 2, market: 'DE' }) })
  expect(parse(query, { ...fitting, people: '1' })).toMatchObject({ problems: [{ path: 'people' }] })
  if ('event' in fitting) expect(parse(query, withoutEvent)).toMatchObject({ problems: [{ path: 'event' }] })
})
