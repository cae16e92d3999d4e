import { readConfiguration, type Configuration } from '@boardwalk/server/configuration'

/** The configuration from the environment, with what the command line says on top. */
export const configured = ({
  port,
  data,
}: { port?: string | undefined; data?: string | undefined } = {}): Configuration =>
  readConfiguration({ PORT: port, BOARDWALK_DATA: data })
