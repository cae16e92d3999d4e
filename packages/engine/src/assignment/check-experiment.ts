import { checkCondition } from '../condition/check.ts'
import { rendered, type Problem } from '../condition/problem.ts'
import type { ExperimentDocument } from './experiment.ts'

const problem = (path: string, found: unknown, expected: string, message: string): Problem => ({
  path,
  found: rendered(found),
  expected,
  message,
})

const checkArms = ({ arms, flow }: ExperimentDocument): Problem[] =>
  arms.flatMap((arm, index) => {
    const path = `arms[${index}]`
    const kinds = [arm.flow, arm.version, arm.config].filter((kind) => kind !== undefined)
    const isTwice = arms.findIndex(({ id }) => id === arm.id) !== index
    const isMixed = (arm.config === undefined) !== (arms[0]?.config === undefined)
    return [
      ...(isTwice
        ? [problem(`${path}.id`, arm.id, 'an id used once', 'Two arms have this id. Rename one.')]
        : []),
      ...(kinds.length === 1
        ? []
        : [
            problem(
              path,
              kinds.length,
              'one of "flow", "version" and "config"',
              'An arm is one of the three. Say which.',
            ),
          ]),
      ...(isMixed
        ? [
            problem(
              path,
              arm.id,
              'all arms of "config", or none',
              'Those in a config are exposed elsewhere than those in a flow: they cannot be compared. Make two experiments.',
            ),
          ]
        : []),
      ...(index > 0 && arm.flow === flow
        ? [
            problem(
              `${path}.flow`,
              arm.flow,
              'another flow',
              'The experiment’s own flow is the control. Put it first.',
            ),
          ]
        : []),
    ]
  })

const checkAllocation = ({ arms, allocation }: ExperimentDocument): Problem[] => {
  const ids = new Set(arms.map(({ id }) => id))
  const sum = Object.values(allocation).reduce((all, percent) => all + percent, 0)
  const unknown = Object.keys(allocation).filter((id) => !ids.has(id))
  const missing = [...ids].filter((id) => !Object.hasOwn(allocation, id))
  return [
    ...unknown.map((id) =>
      problem(
        `allocation.${id}`,
        id,
        'the id of an arm',
        'No arm has this id. Remove it, or correct the id.',
      ),
    ),
    ...missing.map((id) =>
      problem(
        'allocation',
        'nothing',
        `a percentage for "${id}"`,
        'Every arm must be named. Say 0 for one that takes nobody new.',
      ),
    ),
    ...(Math.abs(sum - 100) <= 1e-9
      ? []
      : [problem('allocation', sum, '100', 'The percentages must sum to 100.')]),
  ]
}

/** What the parts of a document mean to one another. Whether its flows and versions exist is for others to say. */
export const checkExperiment = (document: ExperimentDocument): Problem[] => {
  const { arms, condition, exclusionGroup, testers = {}, startsAt, endsAt } = document
  const ids = new Set(arms.map(({ id }) => id))
  return [
    ...checkArms(document),
    ...checkAllocation(document),
    ...(condition === undefined ? [] : checkCondition(condition, 'condition')),
    ...(exclusionGroup && exclusionGroup.from >= exclusionGroup.to
      ? [
          problem(
            'exclusionGroup',
            exclusionGroup.from,
            `a "from" below ${exclusionGroup.to}`,
            'The share is empty. Let "from" be less than "to".',
          ),
        ]
      : []),
    ...Object.entries(testers)
      .filter(([, arm]) => !ids.has(arm))
      .map(([userId, arm]) => problem(`testers.${userId}`, arm, 'the id of an arm', 'No arm has this id.')),
    ...(startsAt !== undefined && endsAt !== undefined && Date.parse(startsAt) >= Date.parse(endsAt)
      ? [problem('endsAt', endsAt, 'a time after "startsAt"', 'It would be over before it begins.')]
      : []),
  ]
}
