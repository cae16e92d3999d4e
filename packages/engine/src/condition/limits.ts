import { isRecord } from './facts.ts'

export const MAX_DEPTH = 16
export const MAX_NODES = 200

export type Excess = 'depth' | 'nodes'

// Which bound a condition breaks, if any. Depth is how many containers lie around the innermost
// clause; a list right under a key adds none, so {"$and": [{…}]} is one level and not two. Every
// key is a node, and so is a list in a list; the scalars of a list are free (there are 249
// countries, and a Set does not mind). A loop, because a document 10,000 deep would end recursion.
export const excessOf = (condition: unknown): Excess | undefined => {
  const open: { container: unknown; depth: number }[] = [{ container: condition, depth: 0 }]
  let nodes = 0
  for (let next = open.pop(); next; next = open.pop()) {
    const { container, depth } = next
    const inList = Array.isArray(container)
    const children: readonly unknown[] = inList ? container : Object.values(container as object)
    if (!inList) nodes += Math.max(1, children.length)
    if (depth > MAX_DEPTH) return 'depth'
    if (nodes > MAX_NODES) return 'nodes'
    for (const child of children) {
      if (isRecord(child)) open.push({ container: child, depth: depth + 1 })
      if (!Array.isArray(child)) continue
      if (inList) nodes += 1
      open.push({ container: child, depth: inList ? depth + 1 : depth })
    }
  }
  return nodes > MAX_NODES ? 'nodes' : undefined
}
