import type { FlowDocument } from '@boardwalk/engine'

const union = (names: readonly string[]): string =>
  names.length === 0 ? 'never' : names.map((name) => `'${name.replaceAll(/['\\]/g, '\\$&')}'`).join(' | ')

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort()

const key = (name: string): string => (/^[a-z]\w*$/.test(name) ? name : `'${name}'`)

/** The names of some flows as TypeScript, registered with the packages that take them. */
export const generatedNames = (flows: readonly FlowDocument[], module: string): string => {
  const ordered = flows.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const gates = sorted(ordered.flatMap((flow) => Object.keys(flow.gates)))
  const events = sorted(ordered.flatMap(({ steps }) => steps.flatMap(({ trigger }) => trigger?.event ?? [])))
  return [
    '// Written by "boardwalk codegen". Do not edit: run it again when a flow changes.',
    `import type {} from '${module}'`,
    '',
    '/** The steps of each flow. */',
    'export type Steps = {',
    ...ordered.map(({ name, steps }) => `  ${key(name)}: ${union(steps.map(({ id }) => id))}`),
    '}',
    'export type FlowName = keyof Steps',
    'export type StepId = Steps[FlowName]',
    `export type GateName = ${union(gates)}`,
    '/** Events that complete a step. */',
    `export type EventName = ${union(events)}`,
    '',
    `declare module '${module}' {`,
    '  interface Register {',
    '    flow: FlowName',
    '    step: StepId',
    '    gate: GateName',
    '  }',
    '}',
    '',
  ].join('\n')
}
