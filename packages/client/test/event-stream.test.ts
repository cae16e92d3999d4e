import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEvents } from '../src/event-stream.ts'

const eventsIn = async (chunks: readonly Uint8Array[]) => {
  const names: (string | undefined)[] = []
  let bytes = 0
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  await readEvents(
    new Response(body),
    () => (bytes += 1),
    (name) => names.push(name),
  )
  return { names, bytes }
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('events of a stream', () => {
  test.each<[string, string, (string | undefined)[]]>([
    ['one', 'event: changed\ndata: {}\n\n', ['changed']],
    ['one without a space', 'event:changed\ndata:{}\n\n', ['changed']],
    ['one whose data comes first', 'data: {}\nevent: changed\n\n', ['changed']],
    ['one with fields that we do not know', 'id: 7\nevent: changed\nretry: 1000\ndata: {}\n\n', ['changed']],
    ['one without a name', 'data: {}\n\n', [undefined]],
    ['one with several lines of data', 'event: changed\ndata: {\ndata: }\n\n', ['changed']],
    ['two, each with a name of its own', 'event: a\ndata: 1\n\ndata: 2\n\n', ['a', undefined]],
    ['one without data is none', 'event: changed\n\n', []],
    ['one with empty data', 'event: changed\ndata\n\n', ['changed']],
    ['one that has not ended is none yet', 'event: changed\ndata: {}\n', []],
    ['comments', ': keep-alive\n\n: keep-alive\n\n', []],
    ['a comment before an event', ': keep-alive\nevent: changed\ndata: {}\n\n', ['changed']],
    ['a field that begins like ours', 'event: changed\ndatabase: {}\n\n', []],
    ['blank lines', '\n\n\n\nevent: changed\ndata: {}\n\n\n\n', ['changed']],
    ['a byte order mark', '\uFEFFevent: changed\ndata: {}\n\n', ['changed']],
    ['nothing', '', []],
  ])('%s', async (_, text, names) => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      expect((await eventsIn([bytesOf(text.replaceAll('\n', lineEnd))])).names).toEqual(names)
    }
  })

  test('are the same wherever the chunks are cut', async () => {
    const line = fc.constantFrom(
      'event: changed',
      'event: Żółć 🦊',
      'data: {}',
      ': keep-alive',
      'id: 1',
      '',
      '',
    )
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(7), { minLength: 1 }), async (lines, cuts) => {
        const text = bytesOf(lines.flat().join(''))
        const chunks: Uint8Array[] = []
        for (let at = 0, cut = 0; at < text.length; cut++) {
          const length = cuts[cut % cuts.length]! + 1
          chunks.push(text.slice(at, (at += length)))
        }
        expect((await eventsIn(chunks)).names).toEqual((await eventsIn([text])).names)
      }),
    )
  })
})

test('every sign of life is heard, comments too', async () => {
  expect(await eventsIn([bytesOf(': keep-'), bytesOf('alive\n\n')])).toEqual({ names: [], bytes: 2 })
})
