import { parseArray } from './array-literal.ts'

// What both adapters make of PostgreSQL's text format, by type id. Everything not listed stays text: timestamps (SQL formats them,
// sessions run in UTC), numeric (it may not fit a number), uuid, intervals, ranges.
const scalars: Record<number, (text: string) => unknown> = {
  16: (text) => text === 't',
  17: parseBytea,
  20: Number, // int8: ours (counters, sequence numbers, milliseconds) stay below 2^53
  21: Number,
  23: Number,
  26: Number, // oid
  114: (text) => JSON.parse(text),
  700: Number,
  701: Number,
  3802: (text) => JSON.parse(text),
}

const sameText = (text: string) => text

const arrays: Record<number, number> = {
  199: 114,
  1000: 16,
  1001: 17,
  1002: 18,
  1003: 19,
  1005: 21,
  1007: 23,
  1009: 25,
  1014: 1042,
  1015: 1043,
  1016: 20,
  1021: 700,
  1022: 701,
  1028: 26,
  1115: 1114,
  1182: 1082,
  1183: 1083,
  1185: 1184,
  1187: 1186,
  1231: 1700,
  1270: 1266,
  2951: 2950,
  3807: 3802,
}

const parsers = new Map<number, (text: string) => unknown>()
for (const [id, parse] of Object.entries(scalars)) parsers.set(Number(id), parse)
for (const [id, element] of Object.entries(arrays)) {
  const parse = scalars[element] ?? sameText
  parsers.set(Number(id), (text) => parseArray(text, parse))
}

/** In the shape that pg's clients take as `types`. */
export const valueTypes = {
  getTypeParser: (id: number): ((text: string) => unknown) => parsers.get(id) ?? sameText,
}

function parseBytea(text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(2), 'hex')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
