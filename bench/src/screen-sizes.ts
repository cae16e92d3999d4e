import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzippedSize } from './bundle.ts'
import type { Measured } from './measured.ts'

const run = promisify(execFile)

type Peer = {
  readonly name: string
  /** Exact; with all that is needed to use it. */
  readonly packages: readonly string[]
  readonly code: string
  readonly beside: keyof typeof ours
}

const using = (names: string, from: string): string =>
  `import { ${names} } from '${from}'; globalThis.used = [globalThis.used, ${names}];\n`

const client = using('createOnboarding', '@boardwalk/client')
const ours = {
  'provider, guide and client': using('OnboardingProvider, SetupGuide', '@boardwalk/react') + client,
  'all screens and client':
    using(
      'OnboardingProvider, SetupGuide, SetupGuideLauncher, StepItem, CompletionNudge, GuardRailModal, WelcomeScreen',
      '@boardwalk/react',
    ) + client,
}

const peers: readonly Peer[] = [
  {
    name: '@frigade/react 2.10.8, provider and checklist',
    packages: ['@frigade/react@2.10.8', '@emotion/react@11.14.0'],
    code: using('Provider, Checklist', '@frigade/react'),
    beside: 'provider, guide and client',
  },
  {
    name: '@onboardjs/react 0.4.8 with core 0.3.12, provider and hook, no screens',
    packages: ['@onboardjs/react@0.4.8', '@onboardjs/core@0.3.12'],
    code: using('OnboardingProvider, useOnboarding', '@onboardjs/react'),
    beside: 'provider, guide and client',
  },
  {
    name: '@flows/react 1.22.2, provider and slot, no screens',
    packages: ['@flows/react@1.22.2'],
    code: using('FlowsProvider, FlowsSlot', '@flows/react'),
    beside: 'provider, guide and client',
  },
  {
    name: '@flows/react 1.22.2 with react-components 2.1.0, all of them',
    packages: ['@flows/react@1.22.2', '@flows/react-components@2.1.0'],
    code: `${using('FlowsProvider, FlowsSlot', '@flows/react')}
      import * as components from '@flows/react-components'
      import * as tours from '@flows/react-components/tour'
      globalThis.all = [components, tours]`,
    beside: 'all screens and client',
  },
  {
    name: 'driver.js 1.8.0, tours only, no server',
    packages: ['driver.js@1.8.0'],
    code: using('driver', 'driver.js'),
    beside: 'provider, guide and client',
  },
]

/**
 * The peers are fetched when they are measured and never saved: together they bring some 190 packages, one of them under a
 * licence that we could not ship, and our lockfile would hold them all for five figures.
 */
const peerSize = async ({ packages, code }: Peer): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-peer-'))
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--loglevel=error']
    await run('npm', ['install', '--prefix', folder, ...quiet, ...packages], { cwd: folder })
    return await gzippedSize({ code, folder })
  } finally {
    await rm(folder, { recursive: true })
  }
}

export type Sizes = { readonly rows: readonly Measured[]; readonly missing: readonly string[] }

/** What visitors of a host load for our screens, beside what they would load for those of others. */
export const screenSizes = async (): Promise<Sizes> => {
  const rows: Measured[] = []
  const missing: string[] = []
  for (const peer of peers) {
    const size = await gzippedSize({ code: ours[peer.beside], folder: import.meta.dirname })
    const peerBytes = await peerSize(peer).catch((error: unknown) => {
      missing.push(`${peer.name}: could not be measured (${String(error).split('\n')[0]})`)
    })
    if (peerBytes === undefined) continue
    rows.push({
      name: `bytes of ${peer.beside}, gzipped, without React`,
      ours: size,
      peer: peerBytes,
      peerName: peer.name,
      unit: 'B',
      ratio: peerBytes / size,
      aim: '–',
      n: 1,
    })
  }
  return { rows, missing }
}
