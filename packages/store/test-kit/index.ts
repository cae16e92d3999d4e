export {
  forEachDatabase,
  forEachPostgres,
  freshSchema,
  type OpenDatabase,
  type OpenOptions,
} from './databases.ts'
export { startFaultProxy, type Fault, type FaultProxy } from './fault-proxy.ts'
export { startPostgres, type PostgresService } from './postgres-service.ts'
