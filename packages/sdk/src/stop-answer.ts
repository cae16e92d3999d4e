import type { ErrorCode, ProblemDetails } from '@boardwalk/contract'
import { passes, type GateDecision } from './decision.ts'

/** What to answer instead of running the handler. */
export type StopAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

type Refusal = {
  readonly status: number
  readonly title: string
  readonly en: string
  readonly fr: string
}

type Code = Extract<ErrorCode, 'SERVICE_UNAVAILABLE' | 'unauthenticated' | 'person_erased' | 'internal'>

/** Statuses and titles are those of the contract's table. */
export const refusals: { readonly [Of in Code]: Refusal } = {
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'Not available now',
    en: 'The prerequisites cannot be checked. Please try again.',
    fr: 'Impossible de vérifier les prérequis. Veuillez réessayer.',
  },
  unauthenticated: {
    status: 401,
    title: 'Who is calling?',
    en: 'Sign in first.',
    fr: 'Connectez-vous d’abord.',
  },
  person_erased: {
    status: 403,
    title: 'The person was erased',
    en: 'This account was erased.',
    fr: 'Ce compte a été effacé.',
  },
  internal: {
    status: 500,
    title: 'Our mistake',
    en: 'This action cannot be checked. Its makers find out why in the log, by the correlation id.',
    fr: 'Cette action ne peut pas être vérifiée. L’identifiant de corrélation permet d’en trouver la raison dans le journal.',
  },
}

const retryAfterSeconds = '1'

const spoken = /^\s*(en|fr)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([\d.]+)\s*)?$/i

/** The more wanted of the two, by the weights that Boardwalk itself goes by for a step's text; English when neither is. */
const languageOf = (acceptLanguage = ''): 'en' | 'fr' => {
  const [first] = acceptLanguage
    .split(',', 10)
    .map((part) => {
      const [, language = '', weight = '1'] = spoken.exec(part) ?? []
      return { language: language.toLowerCase(), weight: Number(weight) }
    })
    .filter(({ language, weight }) => language !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight)
  return first?.language === 'fr' ? 'fr' : 'en'
}

const codeOf = (kind: Exclude<GateDecision['kind'], 'allowed' | 'failed_open' | 'blocked'>): Code => {
  switch (kind) {
    case 'anonymous':
      return 'unauthenticated'
    case 'erased':
      return 'person_erased'
    case 'mistake':
      return 'internal'
    case 'failed_closed':
      return 'SERVICE_UNAVAILABLE'
  }
}

export type AnswerFor = { readonly acceptLanguage: string | undefined; readonly correlationId: string }

const problemOf = (code: Code, { acceptLanguage, correlationId }: AnswerFor): ProblemDetails => {
  const { status, title, [languageOf(acceptLanguage)]: message } = refusals[code]
  const type = `urn:boardwalk:problem:${code}`
  return { type, title, status, detail: message, error: code, message, correlationId }
}

/** The answer of a gate that stops, or undefined when the handler may run. */
export const stopAnswer = (decision: GateDecision, answerFor: AnswerFor): StopAnswer | undefined => {
  if (passes(decision)) return undefined
  const problem =
    decision.kind === 'blocked'
      ? { ...decision.blocked, status: 409, correlationId: answerFor.correlationId }
      : problemOf(codeOf(decision.kind as Parameters<typeof codeOf>[0]), answerFor)
  return {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-correlation-id': problem.correlationId,
      ...(problem.status === 503 && { 'retry-after': retryAfterSeconds }),
      ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify(problem),
  }
}
