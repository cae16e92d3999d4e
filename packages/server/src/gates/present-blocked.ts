import { problemDetailsOf } from '@boardwalk/contract'
import { textIn, type MissingStep, type Person, type Step, type Text } from '@boardwalk/engine'
import { presentAction } from '../onboarding/present-action.ts'

const plainMessage = (title: Text): Text => ({
  en: `Finish "${textIn(title, ['en'])}" first.`,
  fr: `Terminez d'abord « ${textIn(title, ['fr'])} ».`,
  de: `Schließen Sie zuerst „${textIn(title, ['de'])}“ ab.`,
})

const messageOf = ({ gate, title }: Step, locales: readonly string[]): string =>
  textIn(gate?.message ?? plainMessage(title), locales)

/** The 409 of a gate: the missing step in the person's language, and the way to it. */
export const presentBlocked = (
  missing: readonly [MissingStep, ...MissingStep[]],
  person: Person,
  locales: readonly string[],
  asked: { readonly returnUrl: string | undefined; readonly correlationId: string },
) => {
  const [{ step }] = missing
  const action = step.gate?.action ?? step.action
  const extra = asked.returnUrl === undefined ? {} : { returnUrl: asked.returnUrl }
  return {
    ...problemDetailsOf('PRECONDITION_REQUIRED', messageOf(step, locales), asked.correlationId),
    missingStep: step.id,
    missingSteps: missing.map((one) => one.step.id),
    ...(action && { action: presentAction(action, person, extra) }),
  }
}
