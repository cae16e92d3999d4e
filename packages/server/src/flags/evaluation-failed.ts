import { evaluationErrorOf } from '@boardwalk/contract'
import { problemReply, type Failure, type Reply } from '../http/reply.ts'

/** The problem document of an evaluation, with what OFREP's clients look for in it. */
export const evaluationFailedReply = (
  failure: Failure,
  correlationId: string,
  key: string | undefined,
): Reply => {
  const problem = problemReply(failure, correlationId)
  const told = { errorCode: evaluationErrorOf(failure.code), errorDetails: failure.message }
  return { ...problem, body: { ...(problem.body as object), ...(key !== undefined && { key }), ...told } }
}
