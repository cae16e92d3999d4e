import { evalCondition } from '@growthbook/growthbook'
import { compileCondition } from '@boardwalk/engine'
import type { Condition } from '@boardwalk/engine'

type Row = { name: string; ours: number; peer: number; unit: 'ns/op'; ratio: number; n: number }

const ROUNDS = 15
const CALLS = 300_000

const conditions: { name: string; condition: Condition }[] = [
  { name: 'one clause', condition: { plan: 'team' } },
  { name: 'two clauses', condition: { plan: 'team', seats: { $gt: 5 } } },
  {
    name: 'eight clauses',
    condition: {
      plan: { $in: ['team', 'business'] },
      seats: { $gt: 5, $lte: 100 },
      market: { $ne: 'DE' },
      locale: 'fr',
      'account.tier': 'gold',
      tags: { $nin: ['blocked'] },
      trial: false,
    },
  },
]

// Several people of one shape, some let in and some not, as a server sees them: a single frozen
// person would let the compiler fold the answer away.
const people = Array.from({ length: 64 }, (_, index) => ({
  role: 'owner',
  plan: index % 4 === 0 ? 'free' : 'team',
  market: index % 8 === 1 ? 'DE' : 'FR',
  locale: 'fr',
  seats: 4 + (index % 16),
  trial: false,
  tags: ['new'],
  account: { tier: 'gold' },
}))

const nanosecondsPerCall = (evaluate: (facts: Record<string, unknown>) => boolean): number => {
  let held = 0
  const start = performance.now()
  for (let call = 0; call < CALLS; call += 1) if (evaluate(people[call & 63] ?? {})) held += 1
  const elapsedMs = performance.now() - start
  // Spent on something visible, so that the loop cannot be removed.
  if (held === 0) throw new Error('Nobody matched: the benchmark measures nothing.')
  return (elapsedMs * 1e6) / CALLS
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const tenths = (value: number): number => Math.round(value * 10) / 10

export async function conditionBench(): Promise<Row[]> {
  const contests = conditions.map(({ name, condition }) => ({
    name,
    ours: compileCondition(condition),
    peer: (facts: Record<string, unknown>) =>
      evalCondition(facts, condition as Parameters<typeof evalCondition>[1]),
    times: { ours: [] as number[], peer: [] as number[] },
  }))
  for (const { name, ours, peer } of contests) {
    if (people.some((person) => ours(person) !== peer(person))) throw new Error(`${name}: the two disagree.`)
  }
  // Round 0 warms up; all conditions share the code, so none runs on closures of its own kind only.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { ours, peer, times } of contests) {
      const pair = { ours: nanosecondsPerCall(ours), peer: nanosecondsPerCall(peer) }
      if (round === 0) continue
      times.ours.push(pair.ours)
      times.peer.push(pair.peer)
    }
  }
  return contests.map(({ name, times }) => {
    const ours = median(times.ours)
    const peer = median(times.peer)
    return {
      name,
      ours: tenths(ours),
      peer: tenths(peer),
      unit: 'ns/op',
      ratio: tenths(peer / ours),
      n: ROUNDS * CALLS,
    }
  })
}

if (import.meta.main) console.table(await conditionBench())
