// The limit and the obvious ways that ours is measured beside, each in a process of its own as ours is.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jwtVerify } from 'jose'
import pg from 'pg'

const [kind = '', url = '', schema = '', secret = '', ready = ''] = process.argv.slice(2)

const pool = new pg.Pool({ connectionString: url, max: 8, options: `-c search_path=${schema}` })
const key = new TextEncoder().encode(secret)

// Tokens are remembered as ours are: the contest is about the database.
const known = new Map<string, string>()

const userOf = async (request: IncomingMessage): Promise<string> => {
  const token = (request.headers.authorization ?? '').slice(7)
  const remembered = known.get(token)
  if (remembered !== undefined) return remembered
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] })
  known.set(token, payload.sub ?? '')
  return payload.sub ?? ''
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

/** Pool and objects: one select a table, then the answer put together and stringified. */
const readObjects = async (request: IncomingMessage): Promise<string> => {
  const userId = await userOf(request)
  const person = (await pool.query('select * from person where user_id = $1', [userId])).rows[0]
  const enrolment = (await pool.query('select * from enrolment where person_id = $1', [person.id])).rows[0]
  const steps = (
    await pool.query('select * from step_state where person_id = $1 and flow = $2', [
      person.id,
      enrolment.flow,
    ])
  ).rows
  const document = (
    await pool.query('select document from flow_version where flow = $1 and version = $2', [
      enrolment.flow,
      enrolment.version,
    ])
  ).rows[0].document
  const shown = document.steps.map((step: { id: string; weight: number }) => ({
    ...step,
    status: steps.find((state) => state.step_id === step.id)?.status ?? 'todo',
  }))
  return JSON.stringify({
    flow: enrolment.flow,
    status: enrolment.status,
    started: enrolment.started_at,
    steps: shown,
  })
}

/** Five statements in a transaction, with the row locked so that it is right. */
const writeFive = async (request: IncomingMessage): Promise<string> => {
  const userId = await userOf(request)
  const { status } = JSON.parse(await bodyOf(request)) as { status: string }
  const stepId = (request.url ?? '').split('/').pop()?.split('?')[0]
  const client = await pool.connect()
  try {
    await client.query('begin')
    const person = (await client.query('select * from person where user_id = $1 for update', [userId]))
      .rows[0]
    await client.query('update person set revision = revision + 1 where id = $1', [person.id])
    const steps = (await client.query('select * from step_state where person_id = $1', [person.id])).rows
    await client.query(
      `insert into step_state (person_id, flow, step_id, step_version, status, settled_at, source) values ($1, 'shop', $2, 1, $3, now(), 'user')
       on conflict (person_id, flow, step_id, step_version) do update set status = excluded.status, settled_at = excluded.settled_at`,
      [person.id, stepId, status],
    )
    await client.query(
      `insert into happening (type, person_id, flow, version, step_id, data, at) values ('peer', $1, 'shop', 1, $2, '{}', now())`,
      [person.id, stepId],
    )
    await client.query('commit')
    return JSON.stringify({ success: true, steps: steps.length })
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

const answers: Record<string, (request: IncomingMessage) => Promise<string>> = {
  bare: () => Promise.resolve(ready),
  objects: readObjects,
  five: writeFive,
}

const answer = answers[kind]
if (answer === undefined) throw new Error(`There is no peer "${kind}"`)

const server = createServer((request, response) => {
  if (kind === 'bare') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(ready)
    return
  }
  answer(request).then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})
server.listen(0, '127.0.0.1', () =>
  console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
)
