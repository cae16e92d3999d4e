import { createHash } from 'node:crypto'
import { SpanKind, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'
import { startReceiver } from './receiver.ts'
import { recordSpans } from './record-spans.ts'

const recorded = recordSpans()
const { span, spans } = recorded
afterAll(recorded.stop)
afterEach(recorded.forget)

const traceIds = (all: readonly ReadableSpan[]): string[] => all.map((one) => one.spanContext().traceId)

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${parentId}-01`
const step = (id: string, more: object = {}) => ({ id, title: id, required: true, ...more })

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open(), { webhooks: { allow: ['127.0.0.1'] } })
    await house.publish({
      name: 'shop',
      steps: [step('profile'), step('sale', { completion: 'proof', trigger: { event: 'sold' } })],
    })
  })
  afterAll(() => house.boardwalk.stop())

  test('a step that somebody finishes is a span in the trace of the caller, with what was done for it beside it', async () => {
    const ada = await house.person('ada')
    await ada('GET', '/api/onboarding')
    recorded.forget()
    const headers = { traceparent, 'x-correlation-id': 'c-1' }
    await ada('PATCH', '/api/onboarding/steps/profile', { status: 'done' }, headers)
    const request = span('changeStep')
    expect(request).toMatchObject({
      kind: SpanKind.SERVER,
      parentSpanContext: { traceId, spanId: parentId },
      attributes: {
        'http.request.method': 'PATCH',
        'http.route': '/api/onboarding/steps/{id}',
        'http.response.status_code': 200,
        'boardwalk.correlation_id': 'c-1',
      },
    })
    const update = span('onboarding.step_update')
    expect(update.attributes).toEqual({
      'boardwalk.step.id': 'profile',
      'boardwalk.step.status': 'done',
      'boardwalk.flow': 'shop',
      'boardwalk.flow.version': 1,
      'boardwalk.correlation_id': 'c-1',
      'user.hash': createHash('sha256').update('ada').digest('hex'),
    })
    for (const one of [update, span('boardwalk.load'), span('boardwalk.commit')])
      expect(one.parentSpanContext?.spanId).toBe(request.spanContext().spanId)
  })

  test('what requests share is a span that is linked to each of them', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, (_, n) => house.person(`one of ${n}`)))
    await Promise.all(people.map((call) => call('GET', '/api/onboarding')))
    recorded.forget()
    await Promise.all(
      people.map((call) => call('PATCH', '/api/onboarding/steps/profile', { status: 'done' })),
    )
    const requests = spans('changeStep').map((one) => one.spanContext().spanId)
    expect(requests).toHaveLength(20)
    const met = spans('boardwalk.commit').flatMap((one) =>
      one.parentSpanContext ? [one.parentSpanContext.spanId] : one.links.map((link) => link.context.spanId),
    )
    expect(met.toSorted()).toEqual(requests.toSorted())
    expect(spans('boardwalk.commit').length).toBeLessThan(20)
    const steps = spans('onboarding.step_update')
    expect(traceIds(steps).toSorted()).toEqual(traceIds(spans('changeStep')).toSorted())
  })

  test('where the host traces its own server, Boardwalk goes on in that trace, whatever the headers say', async () => {
    const eve = await house.person('eve')
    await trace.getTracer('host').startActiveSpan('host', async (own) => {
      await eve('GET', '/api/onboarding', undefined, { traceparent })
      own.end()
    })
    expect(span('getOnboarding').parentSpanContext?.spanId).toBe(span('host').spanContext().spanId)
  })

  test('no span holds who somebody is or what they sent, also when it fails', async () => {
    const fay = await house.person('canary-user', { market: 'canary-market' })
    await fay('GET', '/api/onboarding?flow=canary-flow')
    await fay('PATCH', '/api/onboarding/steps/canary-step', { status: 'done', metadata: { a: 'canary' } })
    await fay('PATCH', '/api/onboarding/steps/profile', { status: 'done', metadata: { a: 'canary' } })
    await house.server('PUT', '/api/users/canary-user', { attributes: { a: 'canary\u0000' } })
    await house.as('canary-key')('GET', '/api/admin/flows')
    const told = recorded
      .all()
      .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }))
    expect(told.length).toBeGreaterThan(5)
    expect(JSON.stringify(told)).not.toContain('canary')
  })

  test('events name the traces in which they were made', async () => {
    const event = { specversion: '1.0', id: 'e1', source: 'shop', type: 'sold', subject: 'ada', traceparent }
    await house.server('POST', '/api/events', event, { 'content-type': 'application/cloudevents+json' })
    expect(span('sendEvents').links.map((link) => link.context.spanId)).toEqual([parentId])
    expect(span('onboarding.step_update').attributes['boardwalk.step.id']).toBe('sale')
  })

  test('a webhook is called in a trace of its own, which its receiver can go on in; baggage stays here', async () => {
    const receiver = await startReceiver()
    const webhook = await house.server('POST', '/api/admin/webhooks', {
      url: `${receiver.url}?key=secret`,
      types: ['onboarding.step_completed'],
    })
    expect(webhook.status).toBe(201)
    const gil = await house.person('gil')
    recorded.forget()
    const headers = { 'x-correlation-id': 'c-2', traceparent, baggage: 'who=canary' }
    await gil('PATCH', '/api/onboarding/steps/profile', { status: 'done' }, headers)
    // What others did before may come as well.
    const calls = () =>
      spans('boardwalk.webhook').filter((one) => one.attributes['boardwalk.correlation_id'] === 'c-2')
    await expect.poll(() => calls().length).toBe(1)
    const received = receiver.of('gil')[0]?.headers
    const call = calls()[0]!
    const own = call.spanContext()
    expect(received?.['traceparent']).toBe(`00-${own.traceId}-${own.spanId}-01`)
    expect(received).not.toHaveProperty('baggage')
    expect(own.traceId).not.toBe(traceId)
    expect(call).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: {
        'boardwalk.correlation_id': 'c-2',
        'boardwalk.happening.type': 'onboarding.step_completed',
        'boardwalk.delivery.attempt': 1,
        'http.response.status_code': 204,
      },
    })
    expect(JSON.stringify(call.attributes)).not.toContain('secret')
    await house.server('DELETE', `/api/admin/webhooks/${webhook.body.id}`)
    await receiver.stop()
  })
})
