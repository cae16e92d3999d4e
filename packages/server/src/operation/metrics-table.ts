import { createMetrics } from './metrics.ts'

/** What the registry's types leave out. */
type Described = {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labelNames: readonly string[]
}

/** Metrics of the process and of Node are prom-client's, and differ between systems. */
const isOurs = ({ name }: Described): boolean => /^(boardwalk|onboarding)_/.test(name)

/** The reference of all that is scraped. */
export const metricsTable = (): string => {
  const { registry } = createMetrics()
  const described = registry.getMetricsAsArray() as unknown as Described[]
  const rows = described
    .filter(isOurs)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, type, labelNames, help }) =>
        `| \`${name}\` | ${type} | ${labelNames.map((label) => `\`${label}\``).join(', ') || '–'} | ${help} |`,
    )
  registry.clear()
  return [
    '# Metrics',
    '',
    'What `GET /metrics` tells, generated from the code. On top come the figures of the process and of Node (`process_…`, `nodejs_…`),',
    'as prom-client tells them; `nodejs_eventloop_lag_p99_seconds` says how long the process holds up what is due.',
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
