import type { Problem } from './condition/problem.ts'
import type { FlowDocument, StepDefinition } from './flow.ts'

/** Step id → the name that its state is kept under, which no rename changes. */
export type Lineages = { readonly [stepId: string]: string }

/** An earlier version of a flow, published or not. */
export type EarlierVersion = {
  readonly version: number
  readonly document: FlowDocument
  readonly lineages: Lineages
}

type Ancestor = { readonly version: number; readonly step: StepDefinition; readonly lineage: string }

/** The newest earlier step of this id. */
const ancestorOf = (id: string, earlier: readonly EarlierVersion[]): Ancestor | undefined => {
  for (const { version, document, lineages } of earlier) {
    const step = document.steps.find((one) => one.id === id)
    if (step) return { version, step, lineage: lineages[id] ?? id }
  }
  return undefined
}

/**
 * Whose state each step of a new version takes up: that of the step it says it was renamed from, else of the newest
 * earlier step of its id, else nobody's. Where two could take up the same, the one that says so does, then the one that
 * was last there; the other starts anew. `earlier` is newest first.
 */
export const lineagesOf = (
  document: FlowDocument,
  version: number,
  earlier: readonly EarlierVersion[],
): Lineages => {
  const claims = document.steps.map(({ id, renamedFrom }) => {
    const declared = renamedFrom === undefined ? undefined : ancestorOf(renamedFrom, earlier)
    const ancestor = declared ?? ancestorOf(id, earlier)
    return { id, lineage: ancestor?.lineage ?? id, strength: declared ? Infinity : (ancestor?.version ?? -1) }
  })
  const taken = new Set<string>()
  const lineages = new Map<string, string>()
  for (const { id, lineage } of claims.toSorted((a, b) => b.strength - a.strength)) {
    const own = taken.has(lineage) ? `${id}@${version}` : lineage
    taken.add(own)
    lineages.set(id, own)
  }
  return Object.fromEntries([...lineages].filter(([id, lineage]) => id !== lineage))
}

/** A renamed step whose version is lower than its ancestor's would lose what was done, because rows of later versions do not count. */
export const checkRenames = (document: FlowDocument, earlier: readonly EarlierVersion[]): Problem[] =>
  document.steps.flatMap(({ id, renamedFrom, version }, index) => {
    const ancestor = renamedFrom === undefined ? undefined : ancestorOf(renamedFrom, earlier)
    if (ancestor === undefined || version >= ancestor.step.version) return []
    const least = ancestor.step.version
    return [
      {
        path: `steps[${index}].version`,
        found: `${version}`,
        expected: `${least} or more`,
        message: `Step "${id}" takes over "${renamedFrom}", which is at version ${least}. Give it that version, or what people did is lost.`,
      },
    ]
  })
