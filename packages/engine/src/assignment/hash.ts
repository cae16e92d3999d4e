const utf8 = new TextEncoder()
// In nearly all ids a character is its own byte. They need no encoder, which takes longer than the hash itself.
const ascii = new Uint8Array(512)

/** Whether the text is ASCII, and now stands in `ascii`. */
const isWritten = (text: string): boolean => {
  if (text.length > ascii.length) return false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit > 127) return false
    ascii[at] = unit
  }
  return true
}

/**
 * MurmurHash3 x86-32 (Austin Appleby, public domain) of the UTF-8 bytes of a text: a whole number from 0 to 2^32 − 1, the
 * same in every language. Ours has seed 0; others are for what comes from elsewhere. Texts are taken byte by byte and never
 * normalised: an é of one character and an é of two are two texts. A text with half a surrogate pair has no UTF-8, and
 * throws; ids from outside are refused before.
 */
export const murmurHash3 = (text: string, seed = 0): number => {
  if (isWritten(text)) return hashOf(ascii, text.length, seed)
  if (!text.isWellFormed()) throw new RangeError('A text with half a surrogate pair has no UTF-8 to hash')
  const bytes = utf8.encode(text)
  return hashOf(bytes, bytes.length, seed)
}

const hashOf = (bytes: Uint8Array, length: number, seed: number): number => {
  const whole = length - (length % 4)
  let hash = seed
  for (let at = 0; at < whole; at += 4) {
    const block = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    hash = Math.imul(rotated(hash ^ scrambled(block), 13), 5) + 0xe6546b64
  }
  let tail = 0
  for (let at = length - 1; at >= whole; at--) tail = (tail << 8) | bytes[at]!
  return finished(hash ^ scrambled(tail) ^ length)
}

const rotated = (bits: number, by: number): number => (bits << by) | (bits >>> (32 - by))

const scrambled = (block: number): number => Math.imul(rotated(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593)

const finished = (bits: number): number => {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
