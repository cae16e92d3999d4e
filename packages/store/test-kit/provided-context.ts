// oxlint-disable-next-line import/no-unassigned-import -- what is declared below extends it
import 'vitest'

// What the global setup gives to every test file.
declare module 'vitest' {
  interface ProvidedContext {
    /** null: no PostgreSQL could be had, its suites are skipped. */
    postgresUrl: string | null
    /** null unless BOARDWALK_TEST_POSTGRES_15=1. */
    postgres15Url: string | null
    /** A dump of an empty PGlite. */
    embeddedTemplate: string | undefined
    /** Answers the addresses of the run's Kafka brokers, which start when it is first asked. */
    kafkaDoor: string
  }
}
