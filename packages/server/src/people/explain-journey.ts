import { checkGate, explain, explainExperiments, explainGate, explainReleases, look } from '@boardwalk/engine'
import type {
  ExplainedEnrolment,
  ExplainedExperiment,
  Explanation,
  Person,
  Publication,
  World,
} from '@boardwalk/engine'
import type { Requester } from '../onboarding/requester.ts'
import type { Decided, Journey } from '../road/journey.ts'
import { json, readJourney } from './journeys.ts'

type Question = { readonly flow?: string | undefined; readonly gate?: string | undefined }

const iso = (ms: number): string => new Date(ms).toISOString()

const presentPublication = ({ at, ...publication }: Publication) => ({ ...publication, at: iso(at) })

const presentEnrolment = ({ status, versionInForce, ...enrolment }: ExplainedEnrolment) => ({
  status,
  versionInForce,
  startedAt: iso(enrolment.startedAt),
  ...(enrolment.completedAt !== null && { completedAt: iso(enrolment.completedAt) }),
  ...(enrolment.restartedAt !== null && { restartedAt: iso(enrolment.restartedAt) }),
  ...(enrolment.pinnedBy && { pinnedBy: presentPublication(enrolment.pinnedBy) }),
  publications: enrolment.publications.map(presentPublication),
})

const presentExplanation = ({ flow, enrolment, steps }: Explanation) => ({
  flow,
  ...(enrolment && { enrolment: presentEnrolment(enrolment) }),
  steps,
})

/** With the experiments as they are before the decision: what it only would write down is not there yet. */
type Explained = Decided & { readonly experiments: readonly ExplainedExperiment[] }

/** Why somebody sees what they see and, asked for a gate, why it lets them pass or not; writes nothing. */
export const explainJourney = (requester: Requester, { flow, gate }: Question): Journey => {
  const before =
    (decide: (world: World, person: Person) => Decided) =>
    (world: World, person: Person): Explained => ({
      ...decide(world, person),
      experiments: explainExperiments(world, person, flow),
    })
  if (gate === undefined)
    return readJourney(
      requester,
      (world, { person, flow: about, experiments }: Explained) =>
        json({
          ...presentExplanation(
            explain(world, person, about ?? (flow === undefined ? null : { name: flow })),
          ),
          releases: explainReleases(world.catalogue, person, flow),
          experiments,
        }),
      before((world, person) => look(world, person, flow)),
    )
  const question = { gate, flow, route: '' }
  return readJourney(
    requester,
    (world, { person, experiments }: Explained) =>
      json({
        ...presentExplanation(explain(world, person, flow === undefined ? null : { name: flow })),
        releases: explainReleases(world.catalogue, person, flow),
        experiments,
        gate: explainGate(world, person, question),
      }),
    before((world, person) => checkGate(world, person, question)),
  )
}
