import { expect, test } from 'vitest'
import { startMissing } from '../src/own-experiments.ts'
import { readExperiments } from '../src/flow-files.ts'

const shipped = new URL('../../../experiments', import.meta.url).pathname

/** Boardwalk, as far as it is asked here: it knows these ids. */
const knowing = (...ids: string[]) => {
  const asked: string[] = []
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    asked.push(`${request.method} ${pathname}`)
    const isThere = request.method !== 'GET' || ids.some((id) => pathname.endsWith(id))
    return new Response('{}', { status: isThere ? 200 : 404 })
  }
  return { asked, fetch }
}

test('both experiments that come with the store are made and started, unless a team has them already', async () => {
  const experiments = await readExperiments(shipped)
  expect(experiments.map(({ id }) => id)).toEqual(['skip_button_style', 'skip_button_text'])
  const boardwalk = knowing('skip_button_style')
  expect(await startMissing(boardwalk, 'key', experiments)).toEqual(['skip_button_text'])
  expect(boardwalk.asked).toEqual([
    'GET /api/admin/experiments/skip_button_style',
    'GET /api/admin/experiments/skip_button_text',
    'PUT /api/admin/experiments/skip_button_text',
    'POST /api/admin/experiments/skip_button_text/start',
  ])
})

test('a folder without experiments has none, and without a key none is made', async () => {
  expect(await readExperiments(`${shipped}/nowhere`)).toEqual([])
  const boardwalk = knowing()
  expect(await startMissing(boardwalk, undefined, [{ id: 'x' }])).toEqual([])
  expect(boardwalk.asked).toEqual([])
})
