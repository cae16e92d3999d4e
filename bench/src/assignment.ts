import { GrowthBookClient } from '@growthbook/growthbook'
import { TypedInMemoryProvider, OpenFeature, type Client } from '@openfeature/server-sdk'
import {
  assign,
  catalogueOf,
  compileExperiment,
  compileFlow,
  compileRelease,
  flagOf,
  flagsOf,
  isInShare,
  releasedToAll,
  stranger,
  type World,
} from '@boardwalk/engine'
import { interleaved, type Measured } from './measured.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 9)
const calls = Number(process.env['BENCH_CALLS'] ?? 300_000)
const percent = 50
const signedUpAfter = '2026-01-01T00:00:00.000Z'
const createdAt = '2026-06-01T00:00:00.000Z'

// Many people of one shape: for a single one the compiler might fold the answer away.
const people = Array.from({ length: 1024 }, (_, n) => ({
  ...stranger(`user-${n}`),
  facts: { market: n % 8 === 0 ? 'DE' : 'FR', createdAt, attributes: {} },
}))
const mask = people.length - 1

const settings = {
  ...releasedToAll,
  rolloutPercentage: percent,
  marketWhitelist: ['FR', 'BE'],
  signedUpAfter,
}

const experiment = compileExperiment(
  {
    id: 'words',
    name: 'Words',
    flow: 'flow-0',
    unit: 'user',
    arms: [
      { id: 'plain', config: { skipButtonText: 'Skip' } },
      { id: 'later', config: { skipButtonText: 'Later' } },
    ],
    allocation: { plain: 50, later: 50 },
    condition: { market: { $in: ['FR', 'BE'] } },
    minimumSample: 100,
  },
  'running',
  1,
)
const asked = people.map(({ userId, facts: { market } }) => ({ unit: userId, userId, facts: { market } }))

/** As many flows as a large host has. */
const catalogue = catalogueOf(
  1,
  Array.from({ length: 10 }, (_, n) => {
    const name = `flow-${n}`
    const document = { name, priority: 0, steps: [], gates: {}, nudge: { maxSnoozes: 3 } }
    // What a flow's flags are made from is its name and its release; its document has no part in it.
    const flow = compileFlow(document as unknown as Parameters<typeof compileFlow>[0], 1)
    return { flow, open: true, release: compileRelease(name, settings) }
  }),
)
const world: World = { catalogue, now: Date.parse('2026-07-01T00:00:00Z') }
const { decide } = compileRelease('flow-0', settings)

const growthBook = () => {
  const coverage = percent / 100
  const condition = { market: { $in: settings.marketWhitelist }, createdAt: { $gte: signedUpAfter } }
  const rollout = (more: object) => ({
    defaultValue: false,
    rules: [{ force: true, coverage, hashAttribute: 'id', hashVersion: 2, ...more }],
  })
  const client = new GrowthBookClient({}).initSync({
    payload: {
      features: {
        plain: rollout({}),
        targeted: rollout({ condition }),
        words: {
          defaultValue: 'none',
          rules: [
            {
              variations: ['plain', 'later'],
              weights: [0.5, 0.5],
              hashAttribute: 'id',
              hashVersion: 2,
              condition: { market: { $in: settings.marketWhitelist } },
            },
          ],
        },
      },
    },
  })
  const contexts = people.map(({ userId, facts: { market } }) => ({
    attributes: { id: userId, market, createdAt },
  }))
  return { client, contexts }
}

/** The client a host would have, with a provider that answers from memory: the same share, by the same hash as ours. */
const openFeature = async (): Promise<Client> => {
  const flags = {
    'flow-0': {
      variants: { on: true, off: false },
      disabled: false,
      defaultVariant: 'off' as const,
      contextEvaluator: ({ targetingKey = '' }) =>
        isInShare('release:flow-0', targetingKey, percent) ? 'on' : 'off',
    },
  }
  await OpenFeature.setProviderAndWait(new TypedInMemoryProvider(flags))
  return OpenFeature.getClient()
}

/** Of this process, so that what else the machine does takes nothing from either side. */
const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const rate = (passed: number, of: number, began: number): number => {
  const took = processorSeconds() - began
  // Neither everybody nor nobody: otherwise nothing was decided.
  if (passed < 0.3 * of || passed > 0.7 * of) throw new Error(`${passed} of ${of} are in`)
  return of / took
}

/** How many a second. */
const speed = (once: (n: number) => boolean): number => {
  const began = processorSeconds()
  let passed = 0
  for (let call = 0; call < calls; call++) if (once(call & mask)) passed++
  return rate(passed, calls, began)
}

const speedOfPromises = async (once: (n: number) => Promise<boolean>): Promise<number> => {
  const fewer = calls / 10
  const began = processorSeconds()
  let passed = 0
  for (let call = 0; call < fewer; call++) if (await once(call & mask)) passed++
  return rate(passed, fewer, began)
}

export const assignmentBench = async (): Promise<Measured[]> => {
  const { client, contexts } = growthBook()
  const feature = await openFeature()
  const who = people.map(({ userId }) => ({ targetingKey: userId }))
  const rates = await interleaved(rounds, {
    share: async () => speed((n) => isInShare('release:flow-0', people[n]!.userId, percent)),
    growthBookPlain: async () => speed((n) => client.isOn('plain', contexts[n]!)),
    decide: async () => speed((n) => decide(people[n]!).on),
    growthBookTargeted: async () => speed((n) => client.isOn('targeted', contexts[n]!)),
    arm: async () => speed((n) => assign(experiment, asked[n]!, world.now).arm?.id === 'later'),
    growthBookArm: async () => speed((n) => client.evalFeature('words', contexts[n]!).value === 'later'),
    flag: async () => speed((n) => flagOf(world, people[n]!, 'flow-0')!.value === true),
    growthBookResult: async () => speed((n) => client.evalFeature('targeted', contexts[n]!).on),
    openFeature: () =>
      speedOfPromises(async (n) => (await feature.getBooleanDetails('flow-0', false, who[n])).value),
    json: async () =>
      speed((n) => JSON.stringify(flagOf(world, people[n]!, 'flow-0')).includes('"value":true')),
    growthBookJson: async () =>
      speed((n) => JSON.stringify(client.evalFeature('targeted', contexts[n]!)).includes('"on":true')),
    all: async () =>
      40 *
      speed((n) => JSON.stringify(flagsOf(world, people[n]!)).startsWith('[{"key":"flow-0","value":true')),
  })
  await OpenFeature.close()
  const row = (name: string, ours: number, peer = NaN, peerName = ''): Measured => ({
    name,
    ours,
    peer,
    peerName,
    unit: '/s',
    ratio: ours / peer,
    aim: '–',
    n: rounds,
  })
  const targeted = 'two clauses and coverage 50 %'
  return [
    {
      ...row('in a share of 50 %', rates.share, rates.growthBookPlain, 'GrowthBook isOn, coverage 50 %'),
      aim: '≥ 4,000,000 /s',
    },
    row(
      'release: market, sign-up, 50 %',
      rates.decide,
      rates.growthBookTargeted,
      `GrowthBook isOn, ${targeted}`,
    ),
    row('arm of an experiment', rates.arm, rates.growthBookArm, 'GrowthBook evalFeature of an experiment'),
    row('flag with reason', rates.flag, rates.growthBookResult, `GrowthBook evalFeature, ${targeted}`),
    row('flag with reason', rates.flag, rates.openFeature, "OpenFeature's client, provider in memory"),
    row('flag as JSON', rates.json, rates.growthBookJson, 'GrowthBook evalFeature as JSON'),
    row('flags as JSON, 40 at once, each counted', rates.all),
  ]
}
