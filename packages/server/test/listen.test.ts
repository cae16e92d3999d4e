import { Agent, request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { listen, type Listening } from '../src/index.ts'

type Answer = { readonly status: number; readonly connection: string | undefined; readonly text: string }

const agents: Agent[] = []
afterEach(() => {
  for (const agent of agents.splice(0)) agent.destroy()
})

const keptAlive = (): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agents.push(agent)
  return agent
}

const get = (url: string, agent: Agent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      const { statusCode: status = 0, headers } = response
      response.on('end', () => resolve({ status, connection: headers.connection, text }))
    })
    asked.on('error', reject)
    asked.end()
  })

/** Answers `/slow` when told to, all else at once. */
const slowServer = async (graceMs: number): Promise<{ listening: Listening; answerSlow: () => void }> => {
  let answerSlow = (): void => {}
  const told = new Promise<void>((resolve) => (answerSlow = resolve))
  const serve = async ({ url }: Request): Promise<Response> => {
    if (url.endsWith('/slow')) await told
    return new Response('answered')
  }
  return { listening: await listen(serve, { port: 0, host: '127.0.0.1', graceMs }), answerSlow }
}

test('while it drains every answer ends its connection, and newcomers are answered', async () => {
  const { listening, answerSlow } = await slowServer(3_000)
  const { address, stop } = listening
  const [quiet, busy] = [keptAlive(), keptAlive()]
  expect(await get(address, quiet)).toMatchObject({ connection: 'keep-alive' })
  const underWay = get(`${address}/slow`, busy)
  const stopped = stop()
  expect(await get(address, quiet)).toEqual({ status: 200, connection: 'close', text: 'answered' })
  expect(await get(address, keptAlive())).toEqual({ status: 200, connection: 'close', text: 'answered' })
  answerSlow()
  expect(await underWay).toEqual({ status: 200, connection: 'close', text: 'answered' })
  await stopped
  await expect(get(address, keptAlive())).rejects.toThrow('ECONNREFUSED')
})

test('without a grace it takes nobody new at once, and answers what is under way', async () => {
  const { listening, answerSlow } = await slowServer(0)
  const { address, stop } = listening
  const underWay = get(`${address}/slow`, keptAlive())
  // It has arrived once another one that came later is answered.
  await get(address, keptAlive())
  const stopped = stop()
  await expect.poll(() => get(address, keptAlive()).catch(String)).toContain('ECONNREFUSED')
  answerSlow()
  expect(await underWay).toMatchObject({ status: 200, text: 'answered' })
  await stopped
})
