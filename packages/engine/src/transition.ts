import { refusal, type Refusal } from './refusal.ts'
import type { StepStatus } from './person.ts'

/** All that the rule looks at. */
export type TransitionRequest = {
  readonly stepId: string
  readonly from: StepStatus
  readonly to: 'done' | 'skipped'
  readonly required: boolean
  /** Ids of dependencies that are not done yet. */
  readonly openDependencies: readonly string[]
  /** The role of who asks is one of `restrictedTo`. */
  readonly allowed: boolean
  readonly restrictedTo: readonly string[]
  readonly completion: 'claim' | 'proof'
  /** An event or a server's call proves; a click claims. Proof overrides `restrictedTo`, `dependsOn` and `completion`. */
  readonly proven: boolean
}

export type Transition =
  | { readonly kind: 'settle' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

const no = (...reason: Parameters<typeof refusal>): Transition => ({
  kind: 'refused',
  refusal: refusal(...reason),
})

/** Whether a visible step may go from one status to another. The first reason against it is the one told. */
export const transition = (request: TransitionRequest): Transition => {
  const { stepId, from, to, required, openDependencies, allowed, restrictedTo, completion, proven } = request
  if (!allowed && !proven) {
    return no(
      'role_not_allowed',
      `Step "${stepId}" is for the role ${restrictedTo.join(' or ')}. Ask one of them to do it.`,
    )
  }
  if (to === 'skipped' && required) {
    return no(
      'step_required',
      `Step "${stepId}" is required and cannot be skipped. Send {"status":"done"} once it is done.`,
    )
  }
  if (from === to) return { kind: 'unchanged' }
  if (from === 'done')
    return no('step_already_done', `Step "${stepId}" is done; a done step cannot be skipped.`)
  if (to === 'done' && !proven) {
    if (completion === 'proof') {
      return no(
        'proof_required',
        `Step "${stepId}" is completed by an event of the host's systems, not by a click.`,
      )
    }
    if (openDependencies.length > 0) {
      return no(
        'dependency_open',
        `Step "${stepId}" waits for ${openDependencies.join(', ')}. Finish that first.`,
      )
    }
  }
  return { kind: 'settle' }
}
