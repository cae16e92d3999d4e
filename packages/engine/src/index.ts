export { isInShare } from './assignment/share.ts'
export { binMiddleMs, durationBin } from './analytics/bins.ts'
export { countsOf } from './analytics/counts.ts'
export { countedFacts, foldTold } from './analytics/fold.ts'
export { difference, negated, sumCounts } from './analytics/sum-counts.ts'
export { emptyTally, type Count, type Segment, type Tally, type Told } from './analytics/tally.ts'
export { armConfigOf, experimentsMet, type Met } from './arm-config.ts'
export { assign, type AssignmentDecision } from './assignment/assign.ts'
export type { Assignment } from './assignment/assignment.ts'
export { checkExperiment } from './assignment/check-experiment.ts'
export {
  compileExperiment,
  type Arm,
  type ArmConfig,
  type Experiment,
  type ExperimentDocument,
  type ExperimentStatus,
  type Phase,
} from './assignment/experiment.ts'
export { catalogueOf, enrolmentShown, flowServed, type Catalogue, type LiveFlow } from './catalogue.ts'
export { checkFlow } from './check-flow.ts'
export { checkCondition } from './condition/check.ts'
export { compileCondition } from './condition/compile.ts'
export type { Condition } from './condition/condition.ts'
export { explainCondition, type Clause } from './condition/explain.ts'
export type { Problem } from './condition/problem.ts'
export { diffDocuments, type Difference } from './diff-documents.ts'
export { situationOf, type Decision, type World } from './decision.ts'
export { place } from './enrolment.ts'
export { applyEvent, type HostEvent } from './event.ts'
export { explainGate, type GateExplanation } from './explain-gate.ts'
export { explainReleases, featuresOf, type ExplainedRelease } from './explain-release.ts'
export {
  explain,
  type ExplainedEnrolment,
  type ExplainedRule,
  type ExplainedStep,
  type Explanation,
} from './explain.ts'
export { conditionFacts, fillFacts, mergeAttributes, updateFacts, type FactsUpdate } from './facts.ts'
export { flagOf, flagsOf, type Flag } from './flag.ts'
export { compileFlow } from './flow.ts'
export type {
  Action,
  Flow,
  FlowDocument,
  GateDefinition,
  NudgeSettings,
  Step,
  StepDefinition,
  Trigger,
} from './flow.ts'
export {
  checkGate,
  gatesIn,
  isCriticalGate,
  type GateDecision,
  type GateQuestion,
  type MissingStep,
} from './gate.ts'
export { guideOf, inMarket, type Guide, type GuideStep } from './guide.ts'
export { explainExperiments, type ExplainedExperiment } from './explain-experiments.ts'
export type { Happening, HappeningType } from './happening.ts'
export {
  completeImported,
  importState,
  type Imported,
  type ImportedState,
  type ImportedStep,
  type LeftOut,
} from './import-state.ts'
export { catalogueWith, impactOf, standingIn, type Choice, type Impact } from './impact.ts'
export { checkRenames, lineagesOf, type EarlierVersion, type Lineages } from './lineage.ts'
export { lookThemselves, meetExperiments } from './look-themselves.ts'
export { nextMoment } from './next-moment.ts'
export { dismissNudge, nudgeOf, snooze, unsnooze, type Nudge, type Snooze } from './nudge.ts'
export { giveConsent, isValueEvent, observe, type Observation, type Observed } from './observe.ts'
export { stranger } from './person.ts'
export type {
  AccountFlow,
  Consent,
  Enrolment,
  EnrolmentStatus,
  Facts,
  Person,
  RememberedEvent,
  Source,
  StepState,
  StepStatus,
} from './person.ts'
export type { Policy, Publication } from './publication.ts'
export {
  isFinished,
  nextStepOf,
  positionOf,
  progressOf,
  type CountedStep,
  type Position,
} from './progress.ts'
export type { Refusal, RefusalCode } from './refusal.ts'
export { compileRelease, releasedToAll, type Release, type ReleaseDecision } from './release.ts'
export { settle } from './settle.ts'
export { dismissGuide, restoreGuide, seeWelcome } from './surfaces.ts'
export { parseAcceptLanguage, textIn, type Text } from './text.ts'
export { transition, type Transition, type TransitionRequest } from './transition.ts'
export { changeStep, look, resumeFlow, settleAll, settleProven, skipFlow, type StepChange } from './verbs.ts'
export { isVisible, visibilityRules, type Situation } from './visibility.ts'
export type { Waiver } from './waiver.ts'
