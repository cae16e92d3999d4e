import { readEventsCounted, type Query } from '@boardwalk/store'

const mostNames = 20

/** What to mind with an event that nobody did in the range: it may be one that nobody ever does. */
export const eventNotes = async (query: Query, event: string): Promise<string[]> => {
  const known = await readEventsCounted(query, event, mostNames + 1)
  if (known[0] === event) return []
  const names = known.slice(0, mostNames).map((name) => `"${name}"`)
  const others = known.length > mostNames ? ' and others' : ''
  return [
    `Nobody ever did "${event}", as far as is counted. Events known: ${names.join(', ') || 'none'}${others}.`,
  ]
}
