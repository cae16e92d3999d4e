import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import type { World } from '../src/decision.ts'
import { compileFlow } from '../src/flow.ts'
import type { Enrolment } from '../src/person.ts'
import { dismissGuide, restoreGuide, seeWelcome } from '../src/surfaces.ts'
import { look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

const { defaults } = readCases('nudge')
const now = Date.parse(defaults.now)
const flow = compileFlow({ ...defaults.flow, steps: [{ ...defaults.step, id: 'only', title: 'Only' }] }, 1)
const world: World = { catalogue: catalogueOf(1, [{ flow, open: true }]), now }

const personWith = (enrolment: Partial<Enrolment>) =>
  look(world, { ...defaults.person, enrolments: [{ ...defaults.enrolment, ...enrolment }] }).person

describe('guide and welcome', () => {
  test.each([
    ['dismissGuide', dismissGuide, {}, { guideDismissedAt: now }],
    ['dismissGuide again: the first time stays', dismissGuide, { guideDismissedAt: 1 }, undefined],
    ['dismissGuide at 1970, which is a time', dismissGuide, { guideDismissedAt: 0 }, undefined],
    ['restoreGuide', restoreGuide, { guideDismissedAt: 1 }, { guideDismissedAt: null }],
    ['restoreGuide again', restoreGuide, {}, undefined],
    ['seeWelcome', seeWelcome, {}, { welcomeSeenAt: now }],
    ['seeWelcome again: the first time stays', seeWelcome, { welcomeSeenAt: 1 }, undefined],
    ['seeWelcome at 1970, which is a time', seeWelcome, { welcomeSeenAt: 0 }, undefined],
  ])('%s', (_, verb, enrolment, expected) => {
    const person = personWith(enrolment)
    const decision = verb(world, person)
    expect(decision.happenings).toEqual([])
    if (expected) expect(decision.person.enrolments).toEqual([{ ...person.enrolments[0], ...expected }])
    else expect(decision.person).toBe(person)
  })

  test.each([dismissGuide, restoreGuide, seeWelcome])('%o enrols whoever is in no flow yet', (verb) => {
    const decision = verb(world, defaults.person)
    expect(decision.happenings.map(({ type }) => type)).toContain('onboarding.enrolled')
    expect(decision.flow).toBe(flow)
  })

  test.each([dismissGuide, restoreGuide, seeWelcome])('%o is refused where there is no flow', (verb) => {
    const nowhere: World = { catalogue: catalogueOf(1, []), now }
    expect(verb(nowhere, defaults.person).refusal?.code).toBe('not_enrolled')
    expect(verb(world, defaults.person, 'nothing').refusal?.code).toBe('flow_not_found')
  })
})
