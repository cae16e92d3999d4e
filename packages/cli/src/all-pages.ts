import { callBoardwalk } from './call-boardwalk.ts'

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string }

/** The items of every page of a list. */
export const allPages = async <Item>(path: string): Promise<Item[]> => {
  const items: Item[] = []
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    const after: string = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const page: Page<Item> = await callBoardwalk('GET', `${path}?limit=100${after}`)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}
