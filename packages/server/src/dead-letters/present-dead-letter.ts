import type { DeadLetter } from '@boardwalk/store'

type Told = { readonly payload: string | null; readonly encoding: 'text' | 'base64' }

const tell = (payload: Uint8Array | null): Told => {
  if (payload === null) return { payload, encoding: 'text' }
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes)
    ? { payload: text, encoding: 'text' }
    : { payload: bytes.toString('base64'), encoding: 'base64' }
}

export const presentDeadLetter = (letter: DeadLetter) => {
  const { id, source, topic, partition, offset, reason, at, userId, payload, truncated, tries } = letter
  return {
    id: String(id),
    source: `${source}:${topic}/${partition}/${offset}`,
    reason,
    at,
    ...(userId !== null && { userId }),
    ...tell(payload),
    truncated,
    tries,
  }
}

export const presentWithHeaders = (letter: DeadLetter) => ({
  ...presentDeadLetter(letter),
  headers: letter.headers.map(([name, value]) =>
    typeof value === 'string'
      ? { name, value, encoding: 'text' as const }
      : { name, value: value.base64, encoding: 'base64' as const },
  ),
})
