import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const guide = readFileSync(join(root, 'docs/observability.md'), 'utf8')
const example = /<!-- example: tracing\.mjs -->\n```js\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''

// A database that is made anew takes long on a busy machine.
const url = inject('postgresUrl')
const schema = `example_${randomUUID().replaceAll('-', '')}`
const database = url === null ? {} : { url, schema }

const host = `
import { createBoardwalk } from '@boardwalk/server'
const boardwalk = createBoardwalk({ database: ${JSON.stringify(database)}, apiKey: 'a-first-api-key-of-more-than-32-bytes' })
const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
const answer = await boardwalk.fetch(new Request('http://boardwalk.test/health/ready', { headers }))
process.stdout.write('answered ' + answer.status)
await boardwalk.stop()
`

test('the example of the guide traces a process that loads it', async () => {
  expect(example).toContain('provider.register()')
  const folder = mkdtempSync(join(tmpdir(), 'tracing-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    writeFileSync(join(folder, 'tracing.mjs'), example)
    writeFileSync(join(folder, 'host.ts'), host)
    const child = spawn(process.execPath, ['--import', './tracing.mjs', 'host.ts'], { cwd: folder })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)))
    await new Promise((resolve) => child.once('close', resolve))
    expect(said).toContain('answered 200')
    expect(said).toMatch(/name: 'healthReady'/)
    expect(said).toContain("traceId: '4bf92f3577b34da6a3ce929d0e0e4736'")
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 240_000)
