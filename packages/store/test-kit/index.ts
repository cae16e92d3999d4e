export { liveAYear, yearFlow } from './a-year.ts'
export {
  forEachDatabase,
  forEachPostgres,
  freshSchema,
  type OpenDatabase,
  type OpenOptions,
} from './databases.ts'
export { debianProgram } from './debian-program.ts'
export { startFaultProxy, type Fault, type FaultProxy } from './fault-proxy.ts'
export { forKafka } from './kafka/for-kafka.ts'
export { steadyPort } from './kept-process.ts'
export { startKafka, type KafkaServer } from './kafka/start-kafka.ts'
export { olderTransactionsEnd } from './older-transactions.ts'
export { startPostgresNode, startStandby, type PostgresNode } from './postgres-node.ts'
export { startPostgres, type PostgresServer } from './start-postgres.ts'
export { startRedis, type RedisServer } from './start-redis.ts'
export { startWithoutNotices, type WithoutNotices } from './without-notices.ts'
export { serverUser } from './postgres-binaries.ts'
