import { expect } from 'vitest'
import type { Database } from '@boardwalk/store'
import type { BoardwalkOptions } from '../src/index.ts'
import { openHouse, type Answer, type Call } from './open-house.ts'

let flows = 0

export const onboarding = '/api/onboarding'
export const pathOf = (id: string): string => `/api/admin/experiments/${id}`

export const textArms = [
  { id: 'control', config: { skipButtonText: 'Passer' } },
  { id: 'later', config: { skipButtonText: { en: 'Do it later', fr: 'Faire plus tard' } } },
]

/** What an answer tells whoever is in no experiment. */
export const inNone: unknown = expect.toSatisfy((experiments) => Object.keys(experiments).length === 0)

/** A house with all that tests of experiments speak of. */
export const openLab = async (database: Database, options: Partial<BoardwalkOptions> = {}) => {
  const house = await openHouse(database, options)
  const { server } = house

  /** A flow of its own for each test, for people of that name only, with one step that may be skipped. */
  const published = async (more: object = {}): Promise<string> => {
    const name = `flow${++flows}`
    await house.publish({
      name,
      audience: { for: name },
      steps: [
        { id: `${name}-logo`, title: 'Logo', required: false },
        { id: `${name}-pay`, title: 'Pay', required: true, activation: true },
      ],
      ...more,
    })
    return name
  }

  const personOf = async (flow: string, userId = `ada-${flow}`, facts: object = {}): Promise<Call> => {
    await server('PUT', `/api/users/${userId}`, { attributes: { for: flow }, ...facts })
    return house.person(userId)
  }

  const documentOf = (flow: string, more: object = {}) => ({
    name: 'Skip button',
    flow,
    arms: textArms,
    allocation: { control: 0, later: 100 },
    ...more,
  })

  const put = (id: string, body: object, headers = {}): Promise<Answer> =>
    server('PUT', pathOf(id), body, headers)

  /** Everybody comes into "later", unless it says otherwise. */
  const running = async (flow: string, more: object = {}, id = `x-${flow}`): Promise<string> => {
    expect(await put(id, documentOf(flow, more))).toMatchObject({ status: 201 })
    const started = await server('POST', `${pathOf(id)}/start`)
    expect(started.body).toMatchObject({ status: 'running' })
    return id
  }

  type Told = { type: string; data: Record<string, unknown>; flow?: string }
  const timeline = async (userId: string): Promise<Told[]> =>
    (await server('GET', `/api/admin/people/${userId}/timeline`)).body.events

  return {
    ...house,
    published,
    personOf,
    documentOf,
    put,
    running,
    timeline,
    /** As an answer tells it: experiment and arm. */
    armsIn: ({ experiments }: { experiments: Record<string, { variant: string }> }) =>
      Object.entries(experiments).map(([id, { variant: arm }]) => ({ id, arm })),
    exposures: async (userId: string) =>
      (await timeline(userId)).filter(({ type }) => type === 'experiment.exposed').map(({ data }) => data),
    /** The person's rows of the ledger. */
    ledger: async (userId: string): Promise<Record<string, unknown>[]> =>
      (await server('GET', `/api/users/${userId}/export`)).body.experiments,
    stop: (id: string) => server('POST', `${pathOf(id)}/stop`, { reason: 'enough' }),
    results: async (id: string, query = '') => (await server('GET', `${pathOf(id)}/results${query}`)).body,
  }
}

export type Lab = Awaited<ReturnType<typeof openLab>>
