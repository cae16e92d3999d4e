import { GrowthBookClient } from '@growthbook/growthbook'
import { createGates } from '@boardwalk/sdk'
import { requestsPerSecond, type Request } from './load.ts'
import { interleaved, type Measured } from './measured.ts'
import { startGatedHost, type Process } from './processes.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const calls = 1_000_000
const people = 1000

const attempts = Array.from({ length: people }, (_, index) => ({
  userId: `person-${index}`,
  route: '/publish',
  correlationId: 'bench',
}))

/** A gate that has let everybody pass just now. */
const warmGuard = async () => {
  const gates = createGates({
    boardwalk: {
      verbs: {
        checkGate: async () => ({ allowed: true as const }),
        listGates: async () => ({ gates: [], steps: ['payments'], flows: ['shop'] }),
        countFailedOpen: () => {},
      },
    },
  })
  const guard = gates.guard({
    requirement: { kind: 'steps', steps: ['payments'] },
    critical: true,
  })
  for (const attempt of attempts) await guard.decide(attempt)
  return guard
}

const growthBook = () => {
  const client = new GrowthBookClient({}).initSync({
    payload: {
      features: {
        publish: {
          defaultValue: false,
          rules: [{ condition: { payments: 'done', plan: 'team' }, force: true }],
        },
      },
    },
  })
  const contexts = attempts.map(({ userId }) => ({
    attributes: { id: userId, payments: 'done', plan: 'team' },
  }))
  return { client, contexts }
}

const nanoseconds = (once: (index: number) => boolean): number => {
  let passed = 0
  const started = performance.now()
  for (let call = 0; call < calls; call++) if (once(call % people)) passed += 1
  const elapsedMs = performance.now() - started
  if (passed !== calls) throw new Error(`${calls - passed} of ${calls} did not pass`)
  return (elapsedMs * 1e6) / calls
}

const inProcess = async (): Promise<Measured> => {
  const guard = await warmGuard()
  const { client, contexts } = growthBook()
  const { ours, peer } = await interleaved(rounds, {
    ours: async () =>
      nanoseconds((index) => {
        const decision = guard.decide(attempts[index]!)
        return 'kind' in decision && decision.kind === 'allowed'
      }),
    peer: async () => nanoseconds((index) => client.isOn('publish', contexts[index]!)),
  })
  return {
    name: 'gate in process, warm',
    ours,
    peer,
    peerName: 'GrowthBook isOn, two clauses',
    unit: 'ns',
    ratio: peer / ours,
    aim: '≤ 150 ns',
    n: rounds,
  }
}

const plain = (): Request => ({ method: 'GET', path: '/', headers: {} })

/** Who may pass the gates of the hosts. */
export const gatedPeople = Array.from({ length: 64 }, (_, index) => `gated-${index}`)

/** A route behind a gate beside the same route behind a middleware that does nothing. */
export const gateBench = async (boardwalk: Process, apiKey: string): Promise<Measured[]> => {
  const rows = [await inProcess()]
  const states = [
    ['warm', boardwalk.address, 'answer kept'],
    ['asking', boardwalk.address, 'each asked over HTTP'],
    ['broken', 'http://127.0.0.1:9', 'breaker open'],
  ] as const
  for (const framework of ['express', 'fastify', 'hono']) {
    const bare = await startGatedHost(framework, 'bare', '', '')
    const hosts = await Promise.all(
      states.map(([state, address]) => startGatedHost(framework, state, address, apiKey)),
    )
    const rate = async ({ address }: Process): Promise<number> =>
      (await requestsPerSecond(address, 32, seconds, plain)).rate
    const [warm, asking, broken] = hosts as [Process, Process, Process]
    const rates = await interleaved(rounds, {
      bare: () => rate(bare),
      warm: () => rate(warm),
      asking: () => rate(asking),
      broken: () => rate(broken),
    })
    await Promise.all([bare, ...hosts].map((host) => host.stop()))
    for (const [state, , told] of states)
      rows.push({
        name: `gated route of ${framework}, ${told}`,
        ours: rates[state],
        peer: rates.bare,
        peerName: 'bare middleware',
        unit: '/s',
        ratio: rates[state] / rates.bare,
        aim: '–',
        n: rounds,
      })
  }
  return rows
}
