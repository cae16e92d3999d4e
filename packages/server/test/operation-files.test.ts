import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { debianProgram } from '@boardwalk/store/test-kit'
import { createMetrics } from '../src/operation/metrics.ts'
import { metricsTable } from '../src/index.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const alerts = at('operation/prometheus/alerts.yml')
const dashboard = JSON.parse(readFileSync(at('operation/grafana/boardwalk.json'), 'utf8'))
const panels: any[] = dashboard.panels.filter((panel: any) => panel.type !== 'row')
const queries: string[] = panels.flatMap((panel) => panel.targets.map(({ expr }: any) => expr))
const rules = readFileSync(alerts, 'utf8')

const promtool = (): string => debianProgram('promtool', 'prometheus')
const run = (...args: string[]): string => execFileSync(promtool(), args, { stdio: 'pipe' }).toString()

/** Every name under which something is scraped, and the labels it has. */
const scraped = (): Map<string, readonly string[]> => {
  const { registry } = createMetrics()
  const all = registry.getMetricsAsArray() as unknown as {
    name: string
    type: string
    labelNames: string[]
  }[]
  return new Map(
    all.flatMap(({ name, type, labelNames }) =>
      type === 'histogram'
        ? [
            [`${name}_count`, labelNames],
            [`${name}_sum`, labelNames],
            [`${name}_bucket`, [...labelNames, 'le']],
          ]
        : [[name, labelNames]],
    ),
  )
}

const used = (text: string): string[] => [
  ...new Set(text.match(/\b(?:boardwalk|onboarding|nodejs|process)_\w+/g) ?? []),
]

/** Labels that a query names, beside those that Prometheus itself adds. */
const labelsIn = (text: string): string[] => [
  ...[...text.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map((match) => match[1] ?? ''),
  ...[...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => (match[1] ?? '').split(/,\s*/)),
]

describe('what operators are given', () => {
  test('asks only for metrics that are scraped, by labels that one of them has', () => {
    const metrics = scraped()
    const expressions = [
      ...queries,
      ...[...rules.matchAll(/expr: (\|\n(?: {10}.*\n)+|.*\n)/g)].map(([, expr]) => expr ?? ''),
    ]
    expect(expressions.length).toBeGreaterThan(35)
    for (const expression of expressions) {
      const names = used(expression)
      expect(names.filter((name) => !metrics.has(name))).toEqual([])
      const labels = new Set([...names.flatMap((name) => metrics.get(name) ?? []), 'job', 'instance'])
      expect(labelsIn(expression).filter((label) => !labels.has(label))).toEqual([])
    }
  })

  test('asks for each metric of ours somewhere', () => {
    const asked = new Set(
      used(`${queries.join(' ')} ${rules}`).map((name) => name.replace(/_(bucket|count|sum)$/, '')),
    )
    const ours = [...scraped().keys()].map((name) => name.replace(/_(bucket|count|sum)$/, ''))
    expect(ours.filter((name) => /^(boardwalk|onboarding)_/.test(name) && !asked.has(name))).toEqual([])
  })

  test('has panels that say what they show, in which unit, each in its own place', () => {
    expect(dashboard).toMatchObject({ uid: 'boardwalk', title: 'Boardwalk', schemaVersion: 39 })
    const ids = dashboard.panels.map(({ id }: any) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const taken = new Set<string>()
    for (const { title, description, fieldConfig, gridPos, targets, datasource } of panels) {
      expect([title, description, fieldConfig.defaults.unit].every((text) => text.length > 0)).toBe(true)
      expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' })
      expect(targets.length).toBeGreaterThan(0)
      expect(targets.every(({ expr, legendFormat, refId }: any) => expr && legendFormat && refId)).toBe(true)
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`)).toBe(false)
          taken.add(`${x} ${y}`)
        }
    }
  })

  test('has alerts that Prometheus reads, and that fire when they should and not else', () => {
    expect(run('check', 'rules', alerts)).toContain('SUCCESS')
    expect(run('test', 'rules', at('operation/prometheus/alerts-test.yml'))).toContain('SUCCESS')
    const tests = readFileSync(at('operation/prometheus/alerts-test.yml'), 'utf8')
    const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '')
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      expect(tests).toContain(`alertname: ${name} }`)
      expect(tests).toContain(`alertname: ${name}\n        exp_alerts:`)
    }
  })

  test('has panels whose queries Prometheus reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'queries-'))
    try {
      const file = join(folder, 'queries.json')
      const asRules = queries.map((expr, index) => ({
        record: `query:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m'),
      }))
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules: asRules }] }))
      expect(run('check', 'rules', file)).toContain(`SUCCESS: ${queries.length} rules found`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('each metric', () => {
  test('has a help text, and stands in the generated table with its labels', () => {
    const table = metricsTable()
    expect(readFileSync(at('docs/generated/metrics.md'), 'utf8')).toBe(table)
    const all = createMetrics().registry.getMetricsAsArray() as unknown as {
      name: string
      help: string
      labelNames: string[]
    }[]
    for (const { name, help, labelNames } of all) {
      expect(help.length).toBeGreaterThan(5)
      if (!/^(boardwalk|onboarding)_/.test(name)) continue
      const row = table.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))
      expect(row).toContain(help)
      for (const label of labelNames) expect(row).toContain(`\`${label}\``)
    }
  })
})
