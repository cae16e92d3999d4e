import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

describe('boardwalk webhooks', () => {
  let served: ServedBoardwalk
  let receiver: Server
  let url: string
  let answer = 204
  const received: string[] = []
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      received.push(String(request.headers['webhook-id']))
      request.resume()
      response.writeHead(answer).end()
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    served = await serveBoardwalk({ BOARDWALK_WEBHOOK_ALLOW: '127.0.0.1' })
    const flow = { name: 'shop', steps: [{ id: 'sell', title: 'Sell' }] }
    await served.call('POST', '/api/admin/flows', flow)
  })
  afterAll(async () => {
    await served.stop()
    receiver.closeAllConnections()
    receiver.close()
  })

  let id = ''
  test('adds one, and tells its secret once', async () => {
    expect((await served.boardwalk('webhooks', 'list')).out).toBe('There are no webhooks\n')
    const added = await served.boardwalk(
      'webhooks',
      'add',
      url,
      '--type',
      'boardwalk.none',
      '--type',
      'user.told',
    )
    expect(added).toMatchObject({ code: 0, out: expect.stringMatching(/^\S{36}\n.*: whsec_\S{44}\n$/) })
    id = added.out.split('\n')[0] ?? ''
    const { out } = await served.boardwalk('webhooks', 'list')
    expect(out).toBe(`${id}  active  ${url}\n    boardwalk.none, user.told\n1 webhook(s)\n`)
  })

  test('tries whether the receiver takes a message', async () => {
    expect(await served.boardwalk('webhooks', 'test', id)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^The receiver took it: answered 204 after \d+ ms\.\n$/),
    })
    answer = 500
    expect(await served.boardwalk('webhooks', 'test', id)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^The receiver did not take it: answered 500 after \d+ ms\.\n$/),
    })
    answer = 204
  })

  test('lists the deliveries, and sends one again', async () => {
    await served.call('PATCH', `/api/admin/webhooks/${id}`, { types: null })
    expect((await served.boardwalk('webhooks', 'deliveries', id)).out).toBe('There are no deliveries\n')
    const flow = { name: 'shop', steps: [{ id: 'sell', title: 'Sell' }] }
    await served.call('POST', '/api/admin/flows', flow)
    await served.call('POST', '/api/admin/flows/shop/versions/1/publish', {})
    await served.call('PATCH', '/api/users/ann/onboarding/steps/sell', { status: 'done' })
    const listed = async () => (await served.boardwalk('webhooks', 'deliveries', id)).out
    await expect.poll(listed).toMatch(/ delivered {2}onboarding\.step_completed {2}ann\n/)
    const [delivery = ''] = (await listed()).split(' ')
    received.length = 0
    expect(await served.boardwalk('webhooks', 'resend', id, delivery)).toEqual({
      code: 0,
      out: 'It is sent again\n',
      err: '',
    })
    await expect.poll(() => received.length).toBe(1)
  })

  test('says in a sentence what is refused and what it does not understand', async () => {
    const forbidden = await served.boardwalk('webhooks', 'add', 'http://10.0.0.1/hook')
    expect(forbidden).toMatchObject({ code: 1, err: expect.stringMatching(/url_refused.*not public/) })
    const none = await served.boardwalk('webhooks', 'deliveries', 'x')
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('webhook_not_found') })
    for (const words of [[], ['add'], ['test'], ['resend', 'x']]) {
      const { code, err } = await served.boardwalk('webhooks', ...words)
      expect([code, err]).toEqual([1, expect.stringMatching(/^Say what to do: /)])
    }
  })
})
