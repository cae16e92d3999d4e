import type { ImpactPart } from '@boardwalk/contract'
import { catalogueWith, compileFlow, impactOf, standingIn } from '@boardwalk/engine'
import type { Choice, Flow, Impact, Person, World } from '@boardwalk/engine'
import { countEnrolled, load, peopleEnrolled, readDocuments, type Query } from '@boardwalk/store'
import type { LiveCatalogue } from '../road/live-catalogue.ts'

export type ImpactQuestion = Choice & {
  readonly name: string
  readonly version: number
  /** Those after this one. */
  readonly after: string
  readonly limitMs: number
}

export type ImpactSurroundings = {
  readonly query: Query
  readonly catalogue: LiveCatalogue
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

const pageLength = 500
const mostExamples = 20

const kinds = ['gain', 'lose', 'redo', 'reopened', 'newlyCompleted', 'percentUp', 'percentDown'] as const

/** Adds up what was found, person by person, and keeps no more than the numbers and a few examples. */
const tally = (enrolled: number) => {
  const counts = { gain: 0, lose: 0, redo: 0, reopened: 0, newlyCompleted: 0, percentUp: 0, percentDown: 0 }
  const examples: ImpactPart['examples'] = {
    gain: [],
    lose: [],
    redo: [],
    reopened: [],
    newlyCompleted: [],
    newlyBlocked: [],
    percentUp: [],
    percentDown: [],
  }
  const newlyBlocked = new Map<string, number>()
  let [looked, unchanged] = [0, 0]
  const keep = (kind: keyof typeof examples, userId: string): void => {
    if (examples[kind].length < mostExamples) examples[kind].push(userId)
  }
  return {
    add: (userId: string, impact: Impact): void => {
      looked += 1
      const found = kinds.filter((kind) => impact[kind])
      for (const kind of found) {
        counts[kind] += 1
        keep(kind, userId)
      }
      for (const gate of impact.newlyBlocked) newlyBlocked.set(gate, (newlyBlocked.get(gate) ?? 0) + 1)
      if (impact.newlyBlocked.length > 0) keep('newlyBlocked', userId)
      else if (found.length === 0) unchanged += 1
    },
    answer: (next: string | undefined): ImpactPart => ({
      enrolled,
      looked,
      unchanged,
      ...counts,
      newlyBlocked: Object.fromEntries(newlyBlocked),
      examples,
      ...(next !== undefined && { next }),
    }),
  }
}

type Worlds = { readonly asIs: World; readonly asPublished: World; readonly gates: readonly string[] }

const worldsOf = async (
  { catalogue, clock }: ImpactSurroundings,
  flow: Flow,
  choice: Choice,
): Promise<Worlds> => {
  const [current, now] = [await catalogue.now(), clock()]
  const next = catalogueWith(current, flow, choice, now)
  const gates = [...(current.flows.get(flow.name)?.served ?? []), flow].flatMap((one) => [
    ...one.gates.keys(),
  ])
  return {
    asIs: { catalogue: current, now },
    asPublished: { catalogue: next, now },
    gates: [...new Set(gates)],
  }
}

const impactOn = (person: Person, name: string, { asIs, asPublished, gates }: Worlds): Impact | undefined => {
  const before = standingIn(asIs, person, name, gates)
  const after = before && standingIn(asPublished, before.person, name, gates)
  return before && after && impactOf(before.standing, after.standing)
}

/**
 * Decides for everybody in the flow, as the road would, with the catalogue as it is and as it would be; writes nothing.
 * A page of people is in memory at a time. `undefined`: there is no such version.
 */
export const previewImpact = async (
  { name, version, policy, reopen, after, limitMs }: ImpactQuestion,
  surroundings: ImpactSurroundings,
): Promise<ImpactPart | undefined> => {
  const { query } = surroundings
  const [stored] = await readDocuments(query, [{ flow: name, version }])
  if (stored === undefined) return undefined
  const until = performance.now() + limitMs
  const flow = compileFlow(stored.document, version, stored.lineages)
  const worlds = await worldsOf(surroundings, flow, { policy, reopen })
  const { add, answer } = tally(await countEnrolled(query, name))
  for (let from = after; ;) {
    const page = await peopleEnrolled(query, name, from, pageLength)
    const { people } = await load(
      query,
      page.map(({ userId }) => ({ userId, keys: [] })),
    )
    for (const loaded of people) {
      // Erased since the page was read.
      if (loaded === undefined || loaded.revision === 0) continue
      const impact = impactOn(loaded.person, name, worlds)
      if (impact) add(loaded.person.userId, impact)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageLength) return answer(undefined)
    if (performance.now() >= until) return answer(last.id)
    from = last.id
  }
}
