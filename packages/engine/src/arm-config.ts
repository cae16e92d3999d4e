import type { ArmConfig, Experiment } from './assignment/experiment.ts'
import type { World } from './decision.ts'
import { decideArm } from './exposure.ts'
import type { Person } from './person.ts'

/** An experiment that the person is in and has met, and their arm. */
export type Met = { readonly experiment: Experiment; readonly arm: Experiment['document']['arms'][number] }

/** By id. Stopped ones are not among them: for their people all is as if they had never been. */
export const experimentsMet = ({ catalogue, now }: World, person: Person): Met[] =>
  catalogue.experiments.flatMap((experiment) => {
    const isMet = person.assignments.some(
      ({ experiment: id, kind }) => id === experiment.id && kind === 'user',
    )
    const { arm } = isMet ? decideArm(now, person, experiment) : { arm: null }
    return arm === null ? [] : [{ experiment, arm }]
  })

/** What the experiments that the person has met change in a flow; where two change the same, the last by id. */
export const armConfigOf = (world: World, person: Person, flow: string): ArmConfig =>
  Object.assign(
    {},
    ...experimentsMet(world, person)
      .filter(({ experiment }) => experiment.document.flow === flow)
      .map(({ arm }) => arm.config),
  )
