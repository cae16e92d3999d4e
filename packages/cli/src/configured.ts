import { readConfiguration, type Configuration } from '@boardwalk/server'

/** The configuration from the environment, with what the command line says on top. */
export const configured = (flags: { port?: string | undefined; data?: string | undefined } = {}): Configuration => {
  const environment = { ...process.env }
  if (flags.port !== undefined) environment['PORT'] = flags.port
  if (flags.data !== undefined) environment['BOARDWALK_DATA'] = flags.data
  return readConfiguration(environment)
}
