import type { Logger } from 'pino'
import { toldError } from './told-error.ts'

// Hosts say what their routes are. Whatever looks like an id in one is not for logs.
const looksLikeAnId = (segment: string): boolean =>
  segment.length > 40 ||
  /[%@=]/.test(segment) ||
  /^\d+$/.test(segment) ||
  segment.replaceAll(/\D/g, '').length > 3

/** A route as logs and figures may hold it: without what was asked for, and `*` for whatever looks like an id. */
export const routeTold = (route: string): string =>
  (route.split(/[?#]/, 1)[0] ?? '')
    .split('/')
    .map((segment) => (looksLikeAnId(segment) ? '*' : segment))
    .join('/')
    .slice(0, 200)

/** The host's log, whoever made it, with errors in it that hold nothing of what people sent. */
export const guardedLog = (log: Logger): Logger =>
  log.child(
    {},
    {
      serializers: {
        err: (error: unknown) => toldError(error),
        route: (route: unknown) => routeTold(String(route)),
      },
    },
  )
