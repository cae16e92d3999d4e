export {
  forEachDatabase,
  forEachPostgres,
  freshSchema,
  type OpenDatabase,
  type OpenOptions,
} from './databases.ts'
export { startPostgres, type PostgresService } from './postgres-service.ts'
