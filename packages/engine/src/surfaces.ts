import { changeEnrolment } from './change-enrolment.ts'
import type { Decision, World } from './decision.ts'
import type { Person } from './person.ts'

// None of this is told as a happening: it says how a screen looks, not how the person gets on.

export const dismissGuide = (world: World, person: Person, flowName?: string): Decision =>
  changeEnrolment(world, person, flowName, (enrolment) => ({
    enrolment:
      enrolment.guideDismissedAt === null ? { ...enrolment, guideDismissedAt: world.now } : enrolment,
  }))

export const restoreGuide = (world: World, person: Person, flowName?: string): Decision =>
  changeEnrolment(world, person, flowName, (enrolment) => ({
    enrolment: enrolment.guideDismissedAt === null ? enrolment : { ...enrolment, guideDismissedAt: null },
  }))

export const seeWelcome = (world: World, person: Person, flowName?: string): Decision =>
  changeEnrolment(world, person, flowName, (enrolment) => ({
    enrolment: enrolment.welcomeSeenAt === null ? { ...enrolment, welcomeSeenAt: world.now } : enrolment,
  }))
