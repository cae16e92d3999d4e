export { liveAYear, yearFlow } from './a-year.ts'
export {
  forEachDatabase,
  forEachPostgres,
  freshSchema,
  type OpenDatabase,
  type OpenOptions,
} from './databases.ts'
export { startFaultProxy, type Fault, type FaultProxy } from './fault-proxy.ts'
export { forKafka } from './kafka/for-kafka.ts'
export { startKafka, type KafkaService } from './kafka/kafka-service.ts'
export { startPostgres, type PostgresService } from './postgres-service.ts'
