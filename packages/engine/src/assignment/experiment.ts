import { compileCondition } from '../condition/compile.ts'
import type { Condition } from '../condition/condition.ts'
import type { Text } from '../text.ts'

/** What an arm may change of how a flow looks and behaves. */
export type ArmConfig = {
  readonly skipButtonText?: Text | undefined
  readonly skipButtonStyle?: 'link' | 'button' | undefined
  readonly snoozeEnabled?: boolean | undefined
  /** Days. */
  readonly snoozeDuration?: number | undefined
  readonly nudgePlacement?: 'top' | 'bottom' | 'card' | undefined
}

export type ConfigKey = keyof ArmConfig

/** One of the ways compared: another flow, a version of the experiment's own, or a config; exactly one of them. */
export type Arm = {
  readonly id: string
  readonly name?: string | undefined
  /** The experiment's own flow stands for its version in force. */
  readonly flow?: string | undefined
  readonly version?: number | undefined
  readonly config?: ArmConfig | undefined
}

/** Of all units, numbered from 0 to 100 for the group: those from `from` on, up to just before `to`. */
export type GroupShare = { readonly name: string; readonly from: number; readonly to: number }

/** An experiment as its author says it, with its defaults filled in. */
export type ExperimentDocument = {
  readonly id: string
  readonly name: string
  /** Whose people it is about; the first arm is the control. */
  readonly flow: string
  /** What is put into an arm as a whole. */
  readonly unit: 'user' | 'account'
  readonly arms: readonly Arm[]
  /** Arm → percent. */
  readonly allocation: { readonly [arm: string]: number }
  readonly condition?: Condition | undefined
  /** Experiments of one group whose shares do not overlap never have a unit in common. */
  readonly exclusionGroup?: GroupShare | undefined
  /** User id → arm. They are in no figure. */
  readonly testers?: { readonly [userId: string]: string } | undefined
  readonly metrics?: readonly string[] | undefined
  /** Units an arm must have before anything is said of it. */
  readonly minimumSample: number
  readonly startsAt?: string | undefined
  readonly endsAt?: string | undefined
}

export type ExperimentStatus = 'draft' | 'running' | 'stopped'

/** From a moment on, units come to the arms in these shares. */
export type Phase = {
  readonly number: number
  /** ISO 8601. */
  readonly since: string
  readonly allocation: ExperimentDocument['allocation']
}

/** An experiment as it is asked, over and over. */
export type Experiment = {
  readonly id: string
  readonly document: ExperimentDocument
  readonly status: ExperimentStatus
  /** The number of its last phase; 0 before it ever ran. */
  readonly phase: number
  /** Its arms are configs; else they are flows and versions. */
  readonly isOfConfig: boolean
  /** That any of its arms sets: who would meet a difference in one of them is exposed in all. */
  readonly keys: ReadonlySet<ConfigKey>
  readonly lets: (facts: Readonly<Record<string, unknown>>) => boolean
  readonly startsAtMs: number
  readonly endsAtMs: number
}

export const compileExperiment = (
  document: ExperimentDocument,
  status: ExperimentStatus,
  phase: number,
): Experiment => ({
  id: document.id,
  document,
  status,
  phase,
  isOfConfig: document.arms.every(({ config }) => config !== undefined),
  keys: new Set(document.arms.flatMap(({ config = {} }) => Object.keys(config) as ConfigKey[])),
  lets: document.condition === undefined ? () => true : compileCondition(document.condition),
  startsAtMs: document.startsAt === undefined ? -Infinity : Date.parse(document.startsAt),
  endsAtMs: document.endsAt === undefined ? Infinity : Date.parse(document.endsAt),
})
