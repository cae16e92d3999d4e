import { compileCondition } from './condition/compile.ts'
import type { Condition } from './condition/condition.ts'
import type { Lineages } from './lineage.ts'
import type { Text } from './text.ts'
import { compileTriggers, type CompiledTrigger } from './trigger.ts'

/** Where "Do" leads: a page, or a modal that the host knows by name. A prefill value `$market` is the fact of that name. */
export type Action =
  | { readonly type: 'open_modal'; readonly modal: string; readonly prefill?: Prefill | undefined }
  | { readonly type: 'redirect'; readonly url: string; readonly prefill?: Prefill | undefined }

export type Prefill = { readonly [name: string]: string | number | boolean | null }

/** The event that proves a step: the first one by this name for which `where` holds. `metadata` maps names to `$.paths`. */
export type Trigger = {
  readonly event: string
  readonly where?: Condition | undefined
  readonly metadata?: { readonly [name: string]: string } | undefined
}

/** One thing to do, as the document says it (defaults already filled in). */
export type StepDefinition = {
  /** Stable through every version of the flow; state is kept by it. */
  readonly id: string
  /** Rises when the step itself changes so much that `onVersionChange` should decide. */
  readonly version: number
  readonly title: Text
  readonly description?: Text | undefined
  readonly required: boolean | Condition
  /** Share in the progress, 0 to 1,000,000. */
  readonly weight: number
  readonly scope: 'person' | 'account'
  readonly condition?: Condition | undefined
  readonly markets?: readonly string[] | undefined
  /** Who sees the step. Absent: everyone. */
  readonly roles?: readonly string[] | undefined
  /** Who may change it; others see it read-only. Absent: everyone who sees it. */
  readonly restrictedTo?: readonly string[] | undefined
  /** The lowest of the flow's `plans` that sees the step. */
  readonly requiredPlan?: string | undefined
  /** ISO 8601; visible from then on. */
  readonly activeFrom?: string | undefined
  /** ISO 8601; visible until just before then. */
  readonly activeTo?: string | undefined
  readonly dependsOn?: readonly string[] | undefined
  /** Whether a click is enough, or only an event or a call of the host's server. */
  readonly completion: 'claim' | 'proof'
  readonly trigger?: Trigger | undefined
  readonly action?: Action | undefined
  /** What the guard rail says and where it leads; its action defaults to the step's. */
  readonly gate?: { readonly message?: Text | undefined; readonly action?: Action | undefined } | undefined
  readonly learnMoreUrl?: string | undefined
  readonly estimateMinutes?: number | undefined
  /** The "aha" step; at most one a flow. */
  readonly activation?: boolean | undefined
  /** What happens to those who did it in an older version of the step. */
  readonly onVersionChange: 'keep' | 'redo'
  /** The id that this step had in older versions of the flow. */
  readonly renamedFrom?: string | undefined
}

export type GateDefinition = { readonly steps: readonly string[]; readonly critical: boolean }

export type NudgeSettings = {
  readonly snoozeDays: number
  readonly maxSnoozes: number
  /** The nudge hides from this progress on. */
  readonly hideAtPercent: number
  /** Days after the start of the enrolment at which the nudge stops for good. */
  readonly stopAfterDays: number
}

/** A flow document with its defaults filled in: what is stored, compared and compiled. */
export type FlowDocument = {
  readonly name: string
  readonly title?: Text | undefined
  readonly audience?: Condition | undefined
  /** The highest whose audience fits gets the person. */
  readonly priority: number
  readonly steps: readonly StepDefinition[]
  readonly gates: { readonly [name: string]: GateDefinition }
  readonly nudge: NudgeSettings
  /** Ascending: later plans include earlier ones. */
  readonly plans: readonly string[]
}

type Predicate = (facts: Readonly<Record<string, unknown>>) => boolean

/** A step made ready to decide with. */
export type Step = Omit<StepDefinition, 'dependsOn' | 'required'> & {
  readonly definition: StepDefinition
  /** What its state is kept under: the id it had at first, whatever it was renamed to since. */
  readonly lineage: string
  readonly holds: Predicate
  readonly required: Predicate
  readonly activeFromMs: number
  readonly activeToMs: number
  /** Plans that see the step; null when every plan does. */
  readonly plans: ReadonlySet<string> | null
  readonly dependsOn: readonly string[]
}

/** One published version of a flow, compiled once. */
export type Flow = {
  readonly name: string
  readonly version: number
  readonly document: FlowDocument
  readonly lets: Predicate
  readonly priority: number
  readonly steps: readonly Step[]
  readonly stepById: ReadonlyMap<string, Step>
  readonly gates: ReadonlyMap<string, GateDefinition>
  /** By the event that they wait for. */
  readonly triggers: ReadonlyMap<string, readonly CompiledTrigger[]>
  readonly nudge: NudgeSettings
}

const always: Predicate = () => true
const never: Predicate = () => false

const predicate = (rule: boolean | Condition | undefined, absent: Predicate): Predicate => {
  if (rule === undefined) return absent
  if (typeof rule === 'boolean') return rule ? always : never
  return compileCondition(rule)
}

const compileStep = (definition: StepDefinition, plans: readonly string[], lineages: Lineages): Step => ({
  ...definition,
  definition,
  lineage: lineages[definition.id] ?? definition.id,
  holds: predicate(definition.condition, always),
  required: predicate(definition.required, never),
  activeFromMs: definition.activeFrom === undefined ? -Infinity : Date.parse(definition.activeFrom),
  activeToMs: definition.activeTo === undefined ? Infinity : Date.parse(definition.activeTo),
  plans:
    definition.requiredPlan === undefined
      ? null
      : new Set(plans.slice(plans.indexOf(definition.requiredPlan))),
  dependsOn: definition.dependsOn ?? [],
})

/** Makes a checked document ready to decide with. `document` must have passed `checkFlow`; `lineages` are those of `lineagesOf`. */
export const compileFlow = (document: FlowDocument, version: number, lineages: Lineages = {}): Flow => {
  const steps = document.steps.map((step) => compileStep(step, document.plans, lineages))
  return {
    name: document.name,
    version,
    document,
    lets: predicate(document.audience, always),
    priority: document.priority,
    steps,
    stepById: new Map(steps.map((step) => [step.id, step])),
    gates: new Map(Object.entries(document.gates)),
    triggers: compileTriggers(document.steps),
    nudge: document.nudge,
  }
}
