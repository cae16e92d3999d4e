// oxlint-disable-next-line import/no-unassigned-import -- what is declared below extends it
import 'vitest'

// What the global setup gives to every test file.
declare module 'vitest' {
  interface ProvidedContext {
    /** null: no Chromium could be had, the journeys are skipped. */
    chromiumPath: string | null
  }
}
