import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isReturnPath as isReturnPathOfContract } from '@boardwalk/contract'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { createGates, type Gates } from '../src/index.ts'
import { isReturnPath } from '../test-kit/return-path.ts'
import { boardwalkWithShop, type ServedBoardwalk } from './boardwalk-with-shop.ts'
import { frameworks, startedHosts, type Host } from './hosts.ts'
import { rawRequest } from '../test-kit/index.ts'

const corpus = (name: string): string[] =>
  Object.values(
    JSON.parse(
      readFileSync(new URL(`../../../conformance/hostile/${name}.json`, import.meta.url), 'utf8'),
    ) as Record<string, string[]>,
  ).flat()

const hostile = [...new Set([...corpus('urls'), ...corpus('texts')])].filter((text) => text.isWellFormed())
const own = 'http://store.test'

/** Whether a browser of the host's would leave it, now or after somebody on the way decodes the address or joins it. */
const leaves = (url: string, depth = 0): boolean => {
  const target = URL.parse(url, own)
  if (target === null || target.origin !== own || target.pathname.startsWith('//')) return true
  const decoded = /%[0-9a-f]{2}/i.test(url) ? decodedPath(url) : url
  return decoded !== url && depth < 5 && leaves(decoded, depth + 1)
}
const decodedPath = (url: string): string => {
  try {
    return decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '')
  } catch {
    return url
  }
}

// What is decided is tested here; that it is decided in time has a suite of its own.
const patient = { deadlineMs: 10_000, log: { warn: () => {}, error: () => {} } }

test(`of ${hostile.length} addresses the contract and the fake take none that leaves the host, and the same ones`, () => {
  expect(hostile.length).toBeGreaterThan(100)
  expect(hostile.filter(leaves).length).toBeGreaterThan(100)
  expect(hostile.filter((url) => isReturnPathOfContract(url) && leaves(url))).toEqual([])
  expect(hostile.filter((url) => isReturnPathOfContract(url) !== isReturnPath(url))).toEqual([])
})

forEachDatabase((_, open) => {
  let served: ServedBoardwalk
  beforeAll(async () => {
    served = await boardwalkWithShop(await open())
  })
  afterAll(() => served.stop())

  describe.each(frameworks)('where people come back to by a gate of %s', (_framework, start) => {
    const startHost = startedHosts()
    let gates: Gates
    let host: Host
    beforeAll(async () => {
      gates = createGates({ ...patient, boardwalk: served.boardwalk })
      host = await startHost(start, gates)
      await gates.start()
    })
    afterAll(() => gates.close())

    test('is the host, whatever the address says', async () => {
      let kept = 0
      for (const url of corpus('urls').filter((text) => text.isWellFormed())) {
        const { status, body } = await rawRequest(
          host.port,
          'POST',
          `/stores/7/publish?returnUrl=${encodeURIComponent(url)}`,
          { 'x-user': 'comes-back' },
        )
        expect({ url, status }).toEqual({ url, status: 409 })
        const returnUrl: string | undefined = body.action.prefill?.returnUrl
        if (returnUrl === undefined) continue
        kept += 1
        expect({ url, leaves: leaves(returnUrl) }).toEqual({ url, leaves: false })
      }
      // Paths of the host's own that only look odd.
      expect(kept).toBeLessThan(20)
    })
  })
})
