import { arrayLiteral } from './array-literal.ts'
import { unstorableText } from './database-error.ts'

type Encoded = string | Buffer | null

/**
 * Values as they travel. Done before pg sees them, because a value that throws inside pg's own encoding leaves a named statement
 * that pg believes prepared and the server does not.
 */
export function encodeValues(values: readonly unknown[]): Encoded[] {
  return values.map((value, index) => encodeValue(value, index + 1))
}

function encodeValue(value: unknown, parameter: number): Encoded {
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) throw unstorableText(parameter)
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? null : encodeObject(value, parameter)
    default:
      throw new TypeError(
        `Parameter $${parameter} is ${typeof value}: expected a string, number, boolean, null, bytes, array or plain object`,
      )
  }
}

function encodeObject(value: object, parameter: number): Encoded {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length)
  if (Array.isArray(value)) return arrayLiteral(value, (element) => encodeValue(element, parameter))
  if (value instanceof Date)
    throw new TypeError(`Parameter $${parameter} is a Date: pass its text, value.toISOString()`)
  return JSON.stringify(value)
}
