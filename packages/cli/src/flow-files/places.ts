import { isMap, isNode, isPair, isScalar, isSeq, type Document, type LineCounter } from 'yaml'

/** Where in a file something stands, counted from 1. */
export type Place = { readonly line: number; readonly column: number }

type Key = string | number

/** `steps[2].gate["a b"]` as its parts. A name that was shortened in the path is no key of any document. */
const keysOf = (path: string): Key[] =>
  [...path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"?[^\]]*\]|([^.[\]]+)/g)].map(([, index, quoted, plain]) =>
    index === undefined ? (quoted === undefined ? (plain ?? '') : unquoted(quoted)) : Number(index),
  )

const unquoted = (text: string): string => {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

type Found = { readonly key: number | undefined; readonly value: number | undefined }

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key)

/** As far down as the path leads; what is missing stands where it ought to be. */
const find = (document: Document, keys: readonly Key[]): Found => {
  let node: unknown = document.contents
  let found: Found = { key: undefined, value: startOf(node) }
  for (const key of keys) {
    const held = isNode(node) && 'resolve' in node ? node.resolve(document) : node
    const inside: unknown = isMap(held)
      ? held.items.find((pair) => keyText(pair.key) === String(key))
      : isSeq(held)
        ? held.items[Number(key)]
        : undefined
    if (inside === undefined) return { key: undefined, value: found.key ?? found.value }
    node = isPair(inside) ? inside.value : inside
    const at = isPair(inside) ? startOf(inside.key) : undefined
    found = { key: at, value: startOf(node) ?? at }
  }
  return found
}

/** Finds the paths of problems in the text that they are about. */
export const placesIn =
  (document: Document, lines: LineCounter) =>
  (path: string, what: 'name' | 'value'): Place | undefined => {
    const { key, value } = find(document, keysOf(path))
    const offset = what === 'name' ? (key ?? value) : value
    if (offset === undefined) return undefined
    const { line, col } = lines.linePos(offset)
    return line === 0 ? undefined : { line, column: col }
  }
