/** Why a change was refused. One row each in the contract's table of errors, which gives the HTTP status. */
export type RefusalCode =
  | 'step_not_found'
  | 'flow_not_found'
  | 'not_enrolled'
  | 'role_not_allowed'
  | 'step_required'
  | 'step_already_done'
  | 'dependency_open'
  | 'proof_required'
  | 'flow_completed'
  | 'skip_off'
  | 'snooze_off'
  | 'snooze_limit'
  | 'snooze_past'
  | 'unsnooze_late'
  | 'unknown_step'
  | 'unknown_gate'

/** An expected "no", as a value. `message` says what was found, what was expected and what to do; it holds nobody else's data. */
export type Refusal = { readonly code: RefusalCode; readonly message: string }

export const refusal = (code: RefusalCode, message: string): Refusal => ({ code, message })

export const stepNotFound = (stepId: string): Refusal =>
  refusal(
    'step_not_found',
    `There is no step "${stepId}" for this person now. GET /api/onboarding lists theirs.`,
  )

export const notEnrolled: Refusal = refusal(
  'not_enrolled',
  'No flow is open to this person now, so there is nothing to change.',
)
