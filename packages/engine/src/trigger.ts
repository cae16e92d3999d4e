import { compileCondition } from './condition/compile.ts'
import { readFact } from './condition/facts.ts'
import type { StepDefinition, Trigger } from './flow.ts'
import type { RememberedEvent } from './person.ts'

export type Properties = Readonly<Record<string, unknown>>

/** A step's trigger made ready to be asked. */
export type CompiledTrigger = {
  readonly stepId: string
  readonly holds: (properties: RememberedEvent['properties']) => boolean
  /** What the trigger keeps of the event; undefined when it is nothing. */
  readonly metadataOf: (properties: RememberedEvent['properties']) => Properties | undefined
}

/** As JSON. Fifty names may all point at the same large property, so what each property may have is no limit to their sum. */
const mostMetadataCharacters = 16_384

const compileMetadata = ({ metadata = {} }: Trigger): CompiledTrigger['metadataOf'] => {
  const paths = Object.entries(metadata).map(
    ([name, path]) => [name, path.slice('$.'.length).split('.')] as const,
  )
  return (properties) => {
    let room = mostMetadataCharacters
    const kept = paths.flatMap(([name, segments]) => {
      const value = readFact(properties ?? {}, segments)
      if (value === undefined) return []
      const length = JSON.stringify([name, value]).length
      // What does not fit is left out: the step is done all the same, and half a value would be a wrong one.
      if (length > room) return []
      room -= length
      return [[name, value] as const]
    })
    return kept.length === 0 ? undefined : Object.fromEntries(kept)
  }
}

const compileWhere = ({ where }: Trigger): CompiledTrigger['holds'] => {
  if (where === undefined) return () => true
  const holds = compileCondition(where)
  // Not even "is absent" holds of properties that nobody knows any more.
  return (properties) => properties !== null && holds(properties)
}

const compileTrigger = (stepId: string, trigger: Trigger): CompiledTrigger => ({
  stepId,
  holds: compileWhere(trigger),
  metadataOf: compileMetadata(trigger),
})

/** The triggers of a flow by the event that they wait for. */
export const compileTriggers = (
  steps: readonly StepDefinition[],
): ReadonlyMap<string, readonly CompiledTrigger[]> => {
  const byEvent = new Map<string, CompiledTrigger[]>()
  for (const { id, trigger } of steps) {
    if (trigger === undefined) continue
    const compiled = compileTrigger(id, trigger)
    const others = byEvent.get(trigger.event)
    if (others) others.push(compiled)
    else byEvent.set(trigger.event, [compiled])
  }
  return byEvent
}
