import { readFileSync } from 'node:fs'
import { eventSources, type EventSource } from '@boardwalk/contract/event-sources'
import { parse } from '@boardwalk/contract/parse'

/** Why a text is no list of sources. */
export class UnfitSources extends Error {
  override readonly name = 'UnfitSources'
}

const contentOf = (text: string): string => {
  if (text.trimStart().startsWith('[')) return text
  try {
    return readFileSync(text, 'utf8')
  } catch (error) {
    throw new UnfitSources(
      `the file ${JSON.stringify(text)} cannot be read (${error instanceof Error ? error.message : String(error)})`,
    )
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnfitSources(`not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}

/** The sources as they were given; says all that is wrong with them, place by place. */
export const checkedSources = (given: unknown): readonly EventSource[] => {
  const parsed = parse(eventSources, given)
  if ('value' in parsed) return parsed.value
  const each = parsed.problems.map(
    ({ path, found, expected }) => `${path || 'the whole'}: found ${found}, expected ${expected}`,
  )
  throw new UnfitSources(each.join('; '))
}

/** Sources from a JSON array, or from the file of that path. */
export const readSources = (text: string): readonly EventSource[] => checkedSources(jsonOf(contentOf(text)))
