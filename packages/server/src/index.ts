export { createBoardwalk, type Boardwalk, type BoardwalkOptions } from './boardwalk.ts'
export {
  configurationTable,
  ConfigurationError,
  databaseOf,
  readConfiguration,
  type Configuration,
} from './configuration.ts'
export type { Identify, Identity } from './http/authenticate.ts'
export type { GateVerdict, InProcessVerbs } from './in-process-verbs.ts'
export { serve, type Serving } from './serve.ts'
