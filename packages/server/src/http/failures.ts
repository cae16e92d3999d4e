import type { Logger } from 'pino'
import { isConnectionLost, isSerializationFailure, isTimedOut, isUnstorableText } from '@boardwalk/store'
import { KeysUnavailable } from '../identity/token.ts'
import { Failure } from './reply.ts'

/** Something that Boardwalk needs is away, too slow or in somebody else's hands just now. */
export const isUnavailable = (error: unknown): boolean =>
  isConnectionLost(error) ||
  isTimedOut(error) ||
  isSerializationFailure(error) ||
  error instanceof KeysUnavailable

/** Any error as the failure that the caller is told; what they did not cause is logged. */
export const failureOf = (error: unknown, log: Logger, correlationId: string): Failure => {
  if (error instanceof Failure) return error
  if (isUnavailable(error)) {
    log.error(
      { event: 'onboarding.api_error', correlationId, err: error },
      'something Boardwalk needs is away',
    )
    return new Failure('SERVICE_UNAVAILABLE', 'The answer cannot be found out now. Try again in a second.')
  }
  if (isUnstorableText(error))
    return new Failure(
      'invalid_request',
      'A text holds characters that cannot be stored (NUL or half a character).',
    )
  log.error({ event: 'onboarding.api_error', correlationId, err: error }, 'unexpected error')
  return new Failure(
    'internal',
    `Something unexpected went wrong. The log has it under the correlation id ${correlationId}.`,
  )
}
