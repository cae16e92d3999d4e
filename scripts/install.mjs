// Brings node_modules in step with package-lock.json. Runs before `npm start` and `npm test`, on whatever
// Node the machine has, so: plain JavaScript, nothing newer than Node 16, no dependency.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const lockFile = join(root, 'package-lock.json')
/** npm's own record of what it put into node_modules; every npm command that changes the tree rewrites it. */
const installedFile = join(modules, '.package-lock.json')
const stampFile = join(modules, '.boardwalk-install')
const packagedNode = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
/** From here on Node runs TypeScript without a flag. */
const oldestNode = [22, 18]

if (!isFresh()) {
  install()
  writeFileSync(stampFile, stamp())
  assertNode(existsSync(packagedNode) ? versionOf(packagedNode) : process.version)
} else if (!existsSync(packagedNode)) {
  assertNode(process.version)
}

function isFresh() {
  if (!existsSync(installedFile)) return false
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp()) return true
  // Somebody ran npm by hand. When that brought the very tree of the lockfile there is nothing to do.
  if (!matchesLock()) return false
  writeFileSync(stampFile, stamp())
  return true
}

function stamp() {
  const hash = createHash('sha256')
  for (const file of [lockFile, installedFile]) hash.update(readFileSync(file))
  return `${process.platform}-${process.arch} ${hash.digest('hex')}\n`
}

function matchesLock() {
  const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages
  for (const [path, entry] of Object.entries(locked)) {
    if (!path.includes('node_modules/')) continue
    const found = installed[path]
    if (!found && (!entry.optional || isForThisMachine(entry))) return false
    if (found && (found.version !== entry.version || found.integrity !== entry.integrity)) return false
  }
  return Object.keys(installed).every((path) => path in locked)
}

/** An entry that says nothing about machines, or names a C library, may rightly be absent. */
function isForThisMachine(entry) {
  if (!entry.os || !entry.cpu || entry.libc) return false
  return [].concat(entry.os).includes(process.platform) && [].concat(entry.cpu).includes(process.arch)
}

function install() {
  console.log('Installing dependencies (once, then only when package-lock.json changes) …')
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund']
  const npm = npmCommand()
  const done = spawnSync(npm.command, [...npm.first, ...args], {
    cwd: root,
    env: installEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
    shell: npm.shell,
  })
  if (done.status === 0) return
  const said = [done.stdout, done.stderr, done.error && done.error.message].filter(Boolean).join('\n')
  // After this line npm only lists its options.
  const output = said.split('npm error Clean install a project')[0].trim()
  fail(
    `${output}\n\nDependencies could not be installed: \`npm ci\` ended with ${
      done.status === null ? done.signal || 'no exit code' : `exit code ${done.status}`
    }; its output is above.\n` +
      'When it speaks of the network or a registry, check the connection and `npm config get registry`. ' +
      'When it says that package.json and package-lock.json differ, run `npm install`. Then repeat the command.',
  )
}

/**
 * The npm that started us, run by the Node that runs it. Never by a Node inside node_modules: `npm ci`
 * empties that folder first, and the install scripts of packages would then find no Node.
 */
function npmCommand() {
  const cli = process.env.npm_execpath
  const node = [process.env.npm_node_execpath, process.execPath].find(
    (path) => path && existsSync(path) && !path.startsWith(modules + sep),
  )
  if (cli && node && /npm-cli\.[cm]?js$/.test(cli) && existsSync(cli)) {
    return { command: node, first: [cli], shell: false }
  }
  return { command: 'npm', first: [], shell: process.platform === 'win32' }
}

/**
 * npm hands its scripts the options of its own command line. Those about where from (registry, proxy, cache,
 * certificates) must stay; those about what to install would leave us with half a tree.
 */
function installEnvironment() {
  const harmful =
    /^npm_(lifecycle_|package_|command$|config_(local_prefix|workspaces?|include_workspace_root|omit|include|only|also|production|optional|dev|global|location|dry_run|package_lock|package_lock_only|ignore_scripts|json|loglevel|install_strategy|install_links)$)/
  const kept = Object.entries(process.env).filter(
    ([name]) => name !== 'NODE_ENV' && !harmful.test(name.toLowerCase().replace(/-/g, '_')),
  )
  const environment = Object.fromEntries(kept)
  const path = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH')
  if (path) {
    const outside = environment[path].split(delimiter).filter((folder) => !folder.startsWith(modules))
    environment[path] = outside.join(delimiter)
  }
  return environment
}

function versionOf(node) {
  const asked = spawnSync(node, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' })
  return asked.status === 0
    ? asked.stdout.trim()
    : `a Node that does not start (${node.slice(root.length + 1)})`
}

function assertNode(version) {
  const [major, minor] = version.replace('v', '').split('.').map(Number)
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return
  fail(
    `Boardwalk needs Node ${oldestNode.join('.')} or newer and found ${version}.\n` +
      `No Node packaged for ${process.platform}-${process.arch} could be used. Install Node 24 ` +
      '(https://nodejs.org) and repeat the command.',
  )
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
