import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort, keepProcess, type KeptProcess } from '../kept-process.ts'
import { kafkaJars } from './kafka-jars.ts'

export type KafkaServer = {
  readonly brokers: readonly string[]
  /** Kills the broker, does `meanwhile`, and starts it again with what it had. Only one of its own can be restarted. */
  readonly restart: (meanwhile?: () => Promise<void>) => Promise<void>
  readonly stop: () => Promise<void>
}

const startMs = 60_000

/** A real Kafka broker (KRaft, one node) on free ports of the loopback. `own`: one of its own, even if KAFKA_BROKERS names another. */
export async function startKafka({ own = false }: { own?: boolean } = {}): Promise<KafkaServer> {
  const given = process.env['KAFKA_BROKERS']
  if (given && !own)
    return {
      brokers: given.split(','),
      restart: () => Promise.reject(new Error('The broker of KAFKA_BROKERS is not ours to restart')),
      stop: async () => {},
    }
  const jars = join(await kafkaJars(), '*')
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-kafka-'))
  try {
    const port = await freePort()
    const properties = join(folder, 'server.properties')
    await writeFile(properties, propertiesOf(port, await freePort(), join(folder, 'data')))
    await format(jars, properties)
    const start = () => startIn(folder, jars, properties)
    let kept = await start()
    return {
      brokers: [`127.0.0.1:${port}`],
      restart: async (meanwhile) => {
        await kept.stop()
        await meanwhile?.()
        kept = await start()
      },
      stop: async () => {
        await kept.stop()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function propertiesOf(port: number, controllerPort: number, data: string): string {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'auto.create.topics.enable': false,
  }
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

async function format(jars: string, properties: string): Promise<void> {
  const id = 'boardwalk-for-tests-00'
  const words = ['-XX:TieredStopAtLevel=1', '-cp', jars, 'kafka.tools.StorageTool', 'format']
  await promisify(execFile)('java', [...words, '-t', id, '-c', properties])
}

async function startIn(folder: string, jars: string, properties: string): Promise<KeptProcess> {
  const log = join(folder, 'log')
  await rm(log, { force: true })
  // The folder stays for a restart; only the log goes with the process.
  const kept = keepProcess({
    command: ['java', '-Xmx384m', '-Xms128m', '-cp', jars, 'kafka.Kafka', properties],
    log,
    rubbish: log,
    signal: 'KILL',
  })
  const deadline = Date.now() + startMs
  while (!(await readFile(log, 'utf8').catch(() => '')).includes('Kafka Server started')) {
    if (kept.isRunning() && Date.now() < deadline) {
      await sleep(100)
      continue
    }
    const said = await readFile(log, 'utf8').catch(() => '')
    await kept.stop()
    throw new Error(`Kafka did not start\n${said.slice(-2000)}`)
  }
  return kept
}
