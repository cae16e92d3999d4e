// The house rules that no ready-made lint rule can say, as a plugin of oxlint (its ESLint-shaped interface).
// Where each one holds is written in .oxlintrc.json; why it exists is in the message.
import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { arrows, isForTests, placeOf, testArrows, testKits, whyArrows } from './arrows.ts'

type Node = { type: string; parent: Node; [field: string]: any }
type Context = {
  filename: string
  sourceCode: { isGlobalReference(node: Node): boolean }
  report(problem: { node: Node; message: string }): void
}
type Rule = { create(context: Context): Record<string, (node: Node) => void> }

const root = join(import.meta.dirname, '..')
const doors = new Map<string, string[]>()
const keywords = 'select from insert into update set delete as'

const pure = 'The engine decides from its arguments alone'
const clock = `${pure}: take the time as a parameter.`
const chance = `${pure}: take new ids and random numbers as parameters.`
const outside = `${pure}: reading or writing the world is the server's work.`
const waiting = `${pure} and at once: whoever must wait does so before or after asking the engine.`

const impureGlobals: Readonly<Record<string, string>> = {
  Promise: waiting,
  queueMicrotask: waiting,
  setImmediate: waiting,
  setInterval: waiting,
  setTimeout: waiting,
  Temporal: clock,
  performance: clock,
  crypto: chance,
  Buffer: `${pure}, and runs in browsers: use TextEncoder or plain strings.`,
  console: outside,
  fetch: outside,
  global: outside,
  globalThis: outside,
  process: outside,
}

const engineIsPure: Rule = {
  create(context) {
    const say = (node: Node, message: string) => context.report({ node, message })
    const asynchronous = (node: Node) => {
      if (node['async']) say(node, `async: ${waiting}`)
    }
    return {
      Identifier(node) {
        if (!isGlobal(context, node)) return
        const name: string = node['name']
        if (Object.hasOwn(impureGlobals, name)) say(node, `${name}: ${impureGlobals[name]}`)
        if (name === 'Date' && !isPureUseOfDate(node)) {
          say(node, `${clock} (Date.parse, Date.UTC and new Date(value) are allowed.)`)
        }
        if (name === 'Math' && !isPureUseOfMath(node)) say(node, `Math.random: ${chance}`)
      },
      FunctionDeclaration: asynchronous,
      FunctionExpression: asynchronous,
      ArrowFunctionExpression: asynchronous,
      AwaitExpression: (node) => say(node, `await: ${waiting}`),
      ForOfStatement(node) {
        if (node['await']) say(node, `for await: ${waiting}`)
      },
      ...onImport((node, source) => {
        if (node.type === 'ImportExpression') say(node, `import(): ${waiting}`)
        if (source.startsWith('node:') || builtinModules.includes(source))
          say(node, `'${source}': ${outside}`)
      }),
    }
  },
}

const importsFollowTheArrows: Rule = {
  create(context) {
    const file = slashed(relative(root, context.filename))
    const here = placeOf(file)
    return onImport((node, source) => {
      const problem = source.startsWith('.') ? leavesItsPackage(source) : goesAgainstAnArrow(source)
      if (problem) context.report({ node, message: problem })
    })

    function leavesItsPackage(source: string): string | undefined {
      const target = slashed(relative(root, resolve(dirname(context.filename), source)))
      const there = placeOf(target)
      if (here?.owner === there?.owner) return undefined
      if (there) {
        return `'${source}' reaches into another package: import '@boardwalk/${there.owner}', so that its exports stay its only door.`
      }
      if (here && (isForTests(here) || here.owner === 'bench') && /^(conformance|flows)\//.test(target))
        return undefined
      return `'${source}' leaves ${here!.folder}: a package is installed alone, and there is nothing around it then.`
    }

    function goesAgainstAnArrow(source: string): string | undefined {
      const found = /^@boardwalk\/([^/]+)(\/.+)?$/.exec(source)
      if (!found) return undefined
      const [, owner = '', path = ''] = found
      const doors = doorsOf(owner)
      if (!doors) return `'${source}': there is no package packages/${owner}.`
      if (!doors.some((door) => opens(door, `.${path}`))) {
        return `'${source}' is not among the exports of @boardwalk/${owner} (${doors.join(', ')}): what is inside a package may change any day.`
      }
      if (!here) return undefined
      if (testKits.includes(source) && (isForTests(here) || here.owner === 'bench')) return undefined
      if (path.includes('test-kit'))
        return `'${source}' is for tests; what ships must not carry a test database.`
      if (owner === here.owner || arrows[here.owner]?.includes(owner)) return undefined
      if (isForTests(here) && testArrows[here.owner]?.includes(owner)) return undefined
      const why = whyArrows[here.owner] ?? 'it has no row in scripts/arrows.ts'
      const may = arrows[here.owner]?.join(', ') || 'no other package'
      return `${here.owner} must not know ${owner}: ${why}. It may import ${may}.`
    }
  },
}

const sqlLivesInTheStore: Rule = {
  create(context) {
    const message =
      'SQL outside packages/store: only the store knows the tables, so that a migration has one place to look. Add a named statement there and call it.'
    return {
      TemplateLiteral(node) {
        const text = node['quasis'].map((part: Node) => part['value'].cooked ?? '').join(' x ')
        if (isSql(text)) context.report({ node, message })
      },
      Literal(node) {
        if (typeof node['value'] === 'string' && isSql(node['value'])) context.report({ node, message })
      },
    }
  },
}

const environmentIsReadOnce: Rule = {
  create(context) {
    const message =
      'process.env: the environment is read once at start, in packages/server/src/configuration.ts, where every variable has a type, limits and a line of help. Take the value as a parameter.'
    const isProcess = (node: Node | null) =>
      (node?.type === 'Identifier' && node['name'] === 'process') ||
      (node?.type === 'MemberExpression' && nameOf(node['property']) === 'process')
    return {
      MemberExpression(node) {
        if (nameOf(node['property']) === 'env' && isProcess(node['object'])) context.report({ node, message })
      },
      VariableDeclarator(node) {
        if (node['id'].type !== 'ObjectPattern' || !isProcess(node['init'])) return
        if (node['id'].properties.some((one: Node) => nameOf(one['key']) === 'env'))
          context.report({ node, message })
      },
      ImportDeclaration(node) {
        if (!/^(node:)?process$/.test(node['source'].value)) return
        if (node['specifiers'].some((one: Node) => nameOf(one['imported']) === 'env'))
          context.report({ node, message })
      },
    }
  },
}

const outboundHasOneDoor: Rule = {
  create(context) {
    const message =
      'A call that leaves the process: only packages/server/src/outbound may make one, because there addresses that are not public are refused, redirects are not followed and proxies are not asked. Take an Outbound as a parameter.'
    return {
      Identifier(node) {
        if (node['name'] === 'fetch' && isGlobal(context, node)) context.report({ node, message })
      },
      ImportDeclaration(node) {
        if (node['importKind'] === 'type') return
        if (/^(node:)?(https|http2|tls)$|^undici/.test(node['source'].value))
          context.report({ node, message })
        if (!/^(node:)?(http|net)$/.test(node['source'].value)) return
        const calls = (one: Node) =>
          one['importKind'] !== 'type' &&
          !['createServer', 'isIP', 'isIPv4', 'BlockList'].includes(nameOf(one['imported']) ?? '') &&
          !/^[A-Z]/.test(nameOf(one['imported']) ?? '')
        if (node['specifiers'].some(calls)) context.report({ node, message })
      },
    }
  },
}

const onlyCommandsPrint: Rule = {
  create(context) {
    const message =
      'console: only commands print. A library of a host logs through the logger it was given, or answers with a value.'
    return {
      Identifier(node) {
        if (node['name'] === 'console' && isGlobal(context, node)) context.report({ node, message })
      },
    }
  },
}

export default {
  meta: { name: 'house' },
  rules: {
    'engine-is-pure': engineIsPure,
    'imports-follow-the-arrows': importsFollowTheArrows,
    'sql-lives-in-the-store': sqlLivesInTheStore,
    'environment-is-read-once': environmentIsReadOnce,
    'only-commands-print': onlyCommandsPrint,
    'outbound-has-one-door': outboundHasOneDoor,
  },
}

function onImport(visit: (node: Node, source: string) => void): Record<string, (node: Node) => void> {
  const withSource = (node: Node) => {
    const source = node['source'] ?? node['argument']
    const value = source?.type === 'TSLiteralType' ? source['literal'].value : source?.value
    if (typeof value === 'string') visit(node, value)
    else if (node.type === 'ImportExpression') visit(node, '')
  }
  return {
    ImportDeclaration: withSource,
    ImportExpression: withSource,
    ExportNamedDeclaration: withSource,
    ExportAllDeclaration: withSource,
    TSImportType: withSource,
  }
}

function isGlobal(context: Context, node: Node): boolean {
  const { parent } = node
  if (parent.type === 'TSTypeReference' || parent.type === 'TSQualifiedName')
    return parent['typeName'] === node && node['name'] === 'Promise'
  return context.sourceCode.isGlobalReference(node)
}

function isPureUseOfDate(node: Node): boolean {
  const { parent } = node
  if (parent.type === 'NewExpression') return parent['callee'] === node && parent['arguments'].length > 0
  if (parent.type === 'BinaryExpression') return parent['operator'] === 'instanceof'
  if (parent.type !== 'MemberExpression' || parent['computed']) return false
  return ['parse', 'UTC'].includes(nameOf(parent['property']) ?? '')
}

function isPureUseOfMath(node: Node): boolean {
  const { parent } = node
  return parent.type === 'MemberExpression' && !parent['computed'] && nameOf(parent['property']) !== 'random'
}

/** A statement begins the text, or a line or bracket in it. Sentence case ("Select a flow from …") is prose. */
function isSql(text: string): boolean {
  return [keywords, keywords.toUpperCase()].some((words) => {
    const [select, from, insert, into, update, set, remove, where] = words.split(' ')
    return new RegExp(
      `(?:^|[\\n;(])\\s*(?:${select}\\s[\\s\\S]*?\\s${from}\\s|${select}\\s+[\\w."]+\\(|${insert}\\s+${into}\\s|` +
        `${update}\\s+[\\w."]+(?:\\s+(?:${where}\\s+)?\\w+)?\\s+${set}\\s|${remove}\\s+${from}\\s)`,
    ).test(text)
  })
}

function nameOf(node: Node | null | undefined): string | undefined {
  return node?.['name'] ?? (typeof node?.['value'] === 'string' ? node['value'] : undefined)
}

function doorsOf(owner: string): string[] | undefined {
  const known = doors.get(owner)
  if (known) return known
  const manifest = [`packages/${owner}`, `apps/${owner}`, owner]
    .map((folder) => join(root, folder, 'package.json'))
    .find((path) => existsSync(path))
  if (manifest === undefined) return undefined
  const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  const found = typeof exports === 'string' ? ['.'] : Object.keys(exports)
  doors.set(owner, found)
  return found
}

function opens(door: string, path: string): boolean {
  const [before = '', after] = door.split('*')
  return after === undefined ? door === path : path.startsWith(before) && path.endsWith(after)
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
