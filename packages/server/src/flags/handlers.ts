import { fillFacts, flagOf, flagsOf, type FactsUpdate, type Person, type World } from '@boardwalk/engine'
import { Failure } from '../http/reply.ts'
import type { Handlers, Input } from '../http/serve-operations.ts'
import { tagged } from '../http/tagged.ts'
import type { Verbs } from '../http/verbs.ts'
import type { Decided, Journey } from '../road/journey.ts'

type Asked = Pick<Journey, 'userId' | 'claims' | 'correlationId'> & {
  /** What the host's server says of the person, for want of anything known. */
  readonly said: FactsUpdate
}

const askedFor = ({
  called,
  body: { context },
  correlationId,
}: Omit<Input<'evaluateFlags'>, 'path'>): Asked => {
  const { targetingKey: userId, ...said } = context
  if (userId === undefined)
    throw new Failure('targeting_key_missing', 'The context has no targetingKey. Send the user id as such.')
  if (called.kind !== 'person') return { userId, claims: {}, correlationId, said }
  if (called.userId !== userId)
    throw new Failure(
      'forbidden',
      'A person may ask for their own flags only: targetingKey must be the `sub` of the token.',
    )
  // A browser's word does not count; what the token says does.
  return { userId, claims: called.claims, correlationId, said: {} }
}

type Evaluated = Decided & { readonly told?: object }

/** Looks and leaves no trace: nobody is made known, or enrolled, by being asked about. */
const evaluation = (
  { said, ...asked }: Asked,
  evaluate: (world: World, person: Person) => Pick<Evaluated, 'told' | 'refusal'>,
): Journey<Evaluated> => ({
  ...asked,
  writes: false,
  mayChange: false,
  decide: (world, person) => ({
    person,
    happenings: [],
    ...evaluate(world, fillFacts(person, said)),
  }),
  present: (_, { told }) => ({ status: 200, body: JSON.stringify(told) }),
})

const noFlag = (key: string): Evaluated['refusal'] => ({
  code: 'flag_not_found',
  message: `There is no flag ${JSON.stringify(key.slice(0, 100))}. Flags are called like flows, FLOW.skip, FLOW.snooze, FLOW.guardRails, or experiment:EXPERIMENT.`,
})

export const flagHandlers = ({ travel }: Verbs): Pick<Handlers, 'evaluateFlag' | 'evaluateFlags'> => ({
  evaluateFlag: ({ path: { key }, ...input }) =>
    travel(
      evaluation(askedFor(input), (world, person) => {
        const told = flagOf(world, person, key)
        return told ? { told } : { refusal: noFlag(key) }
      }),
    ),
  evaluateFlags: async (input) => {
    const all = evaluation(askedFor(input), (world, person) => ({
      told: { flags: flagsOf(world, person) },
    }))
    return tagged((await travel(all)).body, input.request)
  },
})
