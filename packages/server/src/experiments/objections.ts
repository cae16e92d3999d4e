import { isDeepStrictEqual } from 'node:util'
import { checkExperiment, type ExperimentDocument, type Problem } from '@boardwalk/engine'
import { experimentEntering, knownFlows, type Query, type StoredExperiment } from '@boardwalk/store'

const quoted = (value: unknown): string => JSON.stringify(value).slice(0, 60)

/** Flows that are not published and versions that are not stored. */
const notThere = async (query: Query, document: ExperimentDocument): Promise<Problem[]> => {
  const { flow, arms } = document
  const known = new Map(
    (await knownFlows(query, [flow, ...arms.flatMap((arm) => arm.flow ?? [])])).map((row) => [row.flow, row]),
  )
  const flowAt = (name: string, path: string): Problem[] =>
    known.get(name)?.published
      ? []
      : [
          {
            path,
            found: quoted(name),
            expected: 'a published flow',
            message: `Flow "${name}" is not published. Publish it first, or correct the name.`,
          },
        ]
  const versions = known.get(flow)?.versions ?? []
  return [
    ...flowAt(flow, 'flow'),
    ...arms.flatMap((arm, index) => [
      ...(arm.flow === undefined ? [] : flowAt(arm.flow, `arms[${index}].flow`)),
      ...(arm.version === undefined || versions.includes(arm.version)
        ? []
        : [
            {
              path: `arms[${index}].version`,
              found: quoted(arm.version),
              expected: `a version of "${flow}"`,
              message: `Flow "${flow}" has no version ${arm.version}. Store it first, or correct the number.`,
            },
          ]),
    ]),
  ]
}

/** Nobody comes into its arms by themselves; and of two that take in each other's flow, nobody new into either. */
const enteredThroughAnother = async (query: Query, document: ExperimentDocument): Promise<Problem[]> => {
  const { flow, arms } = document
  if (arms.every(({ config }) => config !== undefined)) return []
  const other = await experimentEntering(query, document)
  if (other === undefined) return []
  const message = `Flow "${flow}" is an arm of experiment "${other}", and entered through that one only. Take another flow.`
  return [{ path: 'flow', found: quoted(flow), expected: 'a flow that people enter by themselves', message }]
}

/** What an arm is, apart from what it is called. */
const ways = ({ arms }: ExperimentDocument): unknown =>
  JSON.parse(JSON.stringify(arms.map(({ name: _, ...arm }) => arm)))

/** Of one that ever ran: whoever is in an arm must not find another thing under its name. */
const fixed = (document: ExperimentDocument, before: StoredExperiment | undefined): Problem[] => {
  if (before === undefined || before.phases.length === 0) return []
  const stored = before.document
  const message =
    'It has run already, and people are in its arms. Give an arm 0 percent, or make another experiment.'
  const same = (path: string, was: unknown, is: unknown): Problem[] =>
    isDeepStrictEqual(was, is)
      ? []
      : [{ path, found: quoted(is), expected: 'as it was when it first ran', message }]
  return [
    ...same('flow', stored.flow, document.flow),
    ...same('unit', stored.unit, document.unit),
    ...same('arms', ways(stored), ways(document)),
  ]
}

/** Every reason why the experiment may not become so. */
export const problemsWith = async (
  query: Query,
  document: ExperimentDocument,
  before: StoredExperiment | undefined,
): Promise<Problem[]> => {
  const problems = [...checkExperiment(document), ...fixed(document, before)]
  if (problems.length > 0) return problems
  return [...(await notThere(query, document)), ...(await enteredThroughAnother(query, document))]
}
