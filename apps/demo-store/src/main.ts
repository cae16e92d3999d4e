import { parseArgs } from 'node:util'
import {
  ConfigurationError,
  databaseOf,
  kafkaOf,
  developmentSecrets,
  listen,
  readConfiguration,
  stopOnSignal,
  stopWhenOrphaned,
  type Configuration,
} from '@boardwalk/server'
import { personToken } from '@boardwalk/sdk'
import { pino } from 'pino'
import { readExperiments, readFlows } from './flow-files.ts'
import { UnreadableData } from './shops.ts'
import { createStore, type StoreOptions } from './store.ts'

const daySeconds = 86_400

/** Commands look at port 4000 by themselves. */
const there = (address: string): string => (address.endsWith(':4000') ? '' : `BOARDWALK_URL=${address} `)

/** A host that stands for all addresses of this machine is none to call. */
const reachable = (host: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host

/** Brokers are enough: the store tells them of integrations, and Boardwalk reads it there. */
const kafkaOfStore = (configuration: Configuration): Pick<StoreOptions, 'kafka'> => {
  const { kafkaBrokers: brokers, kafkaGroup: groupId } = configuration
  return brokers.length === 0 ? {} : { kafka: { brokers, groupId, ...kafkaOf(configuration).kafka } }
}

const run = async (): Promise<void> => {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } })
  const configuration = readConfiguration({ PORT: values.port, BOARDWALK_DATA: values.data })
  const ownHost = reachable(configuration.host)
  const secrets = await developmentSecrets()
  const secret = configuration.jwtSecret ?? secrets.jwtSecret
  const store = createStore({
    database: databaseOf(configuration),
    tokens: {
      secret,
      jwksUrl: configuration.jwksUrl,
      issuer: configuration.jwtIssuer,
      audience: configuration.jwtAudience,
    },
    apiKey: configuration.apiKey ?? secrets.apiKey,
    corsOrigins: configuration.corsOrigins,
    streams: { total: configuration.streams },
    // The store hears of what happens by a webhook to itself, which no Boardwalk allows by itself.
    webhooks: { allow: [...configuration.webhookAllow, ownHost] },
    ...kafkaOfStore(configuration),
    log: pino({ level: configuration.logLevel, base: null }),
    dataFolder: `${configuration.data}-of-demo-store`,
    flows: await readFlows('flows'),
    experiments: await readExperiments('experiments'),
  })
  const published = await store.start()
  const { address, stop } = await listen(store.fetch, configuration).catch(async (error: unknown) => {
    await store.stop()
    throw error
  })
  await store.receiveAt(address.replace(configuration.host, ownHost))
  const stopAll = async (): Promise<void> => {
    store.drain()
    await stop()
    await store.stop()
  }
  stopOnSignal(stopAll)
  stopWhenOrphaned(stopAll)

  for (const flow of published) console.log(`Published the flow "${flow}" from flows/${flow}.json`)
  const ada = { role: 'owner', market: 'FR', locale: 'fr', account: 'shop-1' }
  const token = await personToken('ada', ada, {
    secret,
    expiresInSeconds: daySeconds,
    ...(configuration.jwtIssuer !== undefined && { issuer: configuration.jwtIssuer }),
    ...(configuration.jwtAudience !== undefined && { audience: configuration.jwtAudience }),
  })
  console.log(
    [
      '',
      `The store: ${address}`,
      `Boardwalk listens on ${address}`,
      '',
      'Register in the store and see. Or by HTTP: what does Ada, owner of a shop in France, have to do?',
      '',
      `  curl -s ${address}/api/onboarding -H 'Authorization: Bearer ${token}'`,
      '',
      `Other people: npx boardwalk token USER. Your own flow: ${there(address)}npx boardwalk flows push FILE --publish. Ctrl-C stops.`,
      'A year of made-up people: npx boardwalk demo seed --data .boardwalk/year, then npm start -- --data .boardwalk/year',
      '',
    ].join('\n'),
  )
}

/** What a person can mend (their settings, a port, a folder, a file) is told without a stack. */
const isTheirs = (error: unknown): error is Error =>
  error instanceof ConfigurationError ||
  error instanceof UnreadableData ||
  (error instanceof Error && 'code' in error)

run().catch((error: unknown) => {
  console.error(isTheirs(error) ? error.message : error)
  process.exitCode = 1
})
