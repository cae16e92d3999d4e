import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { appearances, type Appearance } from './choices.ts'

/** What the page has set in the browser; undefined follows the person's system. Known before the first paint. */
export const appearanceOf = (context: Context): Appearance | undefined => {
  const chosen = getCookie(context, 'appearance')
  return appearances.find((one) => one === chosen)
}
