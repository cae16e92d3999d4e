import { createElement, StrictMode, type ReactElement } from 'react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  GuardRailModal,
  OnboardingProvider,
  useGuardRail,
  type GuardRailState,
  type OpenModal,
} from '../src/index.ts'
import { inMemoryClient, onboardingOf, type InMemoryClient } from '../src/testing/index.ts'
import { mounted } from './mounted.ts'

const action = { type: 'open_modal' as const, modal: 'payments' }
const steps = [{ id: 'payments', action }]

/** Somebody before a gate; `press` opens the host's modal, which says by `done` how it was left. */
const atGate = async (missing = 'payments') => {
  const client = inMemoryClient({ onboarding: onboardingOf({ steps }) })
  let rail!: GuardRailState
  const opened: Parameters<OpenModal>[1][] = []
  const Probe = () => {
    rail = useGuardRail()
    return null
  }
  const modals: OpenModal = (_, about) => void opened.push(about)
  const page = await mounted(createElement(OnboardingProvider, { client, modals }, createElement(Probe)))
  await page.act(() => client.block(missing, { action }))
  const press = () => page.act(() => rail.configure())
  return { client, opened, page, press, rail: () => rail }
}

const callsOf = ({ calls }: InMemoryClient) => calls.filter(([verb]) => verb !== 'connect')
const waits = ({ getSnapshot }: InMemoryClient): boolean => getSnapshot().guardRail !== undefined

beforeEach(() => void vi.useFakeTimers())

describe('a modal of the host', () => {
  test.each([[{ type: 'close' }], [1], ['yes'], [false], [undefined]])(
    'that is left with %j gives the request up',
    async (left) => {
      const { client, opened, page, press } = await atGate()
      await press()
      await page.act(() => opened[0]!.done(left as never))
      expect(callsOf(client)).toEqual([['closeGuardRail']])
    },
  )

  test('that did a step of another flow lets the request ask its gate again', async () => {
    const { client, opened, page, press } = await atGate('elsewhere')
    await press()
    await page.act(() => opened[0]!.done(true))
    expect(callsOf(client)).toEqual([['closeGuardRail', true]])
  })

  test('that was opened from the guide tells of a step that is done, and of nothing else', async () => {
    const { useGo } = await import('../src/kit/use-go.ts')
    const client = inMemoryClient({ onboarding: onboardingOf({ steps }) })
    const onDone = vi.fn<() => void>()
    let done!: (completed: never) => void
    let press!: () => void
    const Probe = () => {
      press = useGo(client.getSnapshot().onboarding?.steps[0], onDone).press
      return null
    }
    const modals: OpenModal = (_, about) => void (done = about.done)
    await mounted(createElement(OnboardingProvider, { client, modals }, createElement(Probe)))
    press()
    for (const left of [{ type: 'close' }, 1, undefined, false]) done(left as never)
    expect(onDone).not.toHaveBeenCalled()
    done(true as never)
    expect(onDone).toHaveBeenCalledTimes(1)
  })
})

describe('a step that the host says is done', () => {
  const proving = async () => {
    const gate = await atGate()
    const reads: (() => void)[] = []
    const client = gate.client as { refresh: InMemoryClient['refresh'] }
    client.refresh = () => new Promise((resolve) => reads.push(resolve))
    await gate.press()
    await gate.page.act(() => gate.opened[0]!.done(true))
    const pass = (ms: number) => gate.page.act(() => vi.advanceTimersByTime(ms))
    const answer = () => gate.page.act(() => reads.at(-1)!())
    return { ...gate, reads, pass, answer }
  }

  test('has its time from the answer on, not from the question', async () => {
    const { rail, reads, pass, answer } = await proving()
    await pass(10_000)
    expect([reads.length, rail().failed]).toEqual([1, false])
    await answer()
    await pass(2999)
    expect(rail().failed).toBe(false)
    await pass(1)
    expect(rail().failed).toBe(true)
  })

  test('is checked before everybody’s eyes when it takes long', async () => {
    const { rail, pass } = await proving()
    expect(rail()).toMatchObject({ open: false, busy: true })
    await pass(500)
    expect(rail()).toMatchObject({ open: true, busy: true, failed: false })
  })

  test('needs no dialog when the answer says so', async () => {
    const { client, rail, page, pass, answer } = await proving()
    await page.act(() => client.completeStep('payments'))
    await answer()
    await pass(10_000)
    expect([rail().open, waits(client)]).toEqual([false, false])
  })

  test('is read again, and not done again, by who tries again', async () => {
    const { opened, press, rail, reads, pass, answer } = await proving()
    await answer()
    await pass(3000)
    await press()
    expect([reads.length, opened.length]).toEqual([2, 1])
    expect(rail()).toMatchObject({ open: true, busy: true, failed: false })
    await answer()
    await pass(3000)
    expect(rail()).toMatchObject({ open: true, busy: false, failed: true })
  })
})

describe('a request that waits', () => {
  const Rail = () => {
    useGuardRail()
    return null
  }
  const page = (client: InMemoryClient, ...children: ReactElement[]) =>
    createElement(StrictMode, null, createElement(OnboardingProvider, { client }, ...children))
  const blocked = async (view: (client: InMemoryClient) => ReactElement) => {
    await GuardRailModal.preload()
    const client = inMemoryClient({ onboarding: onboardingOf({ steps }) })
    const shown = await mounted(view(client))
    await shown.act(() => client.block('payments'))
    const render = async (other: ReactElement): Promise<void> => {
      await shown.render(other)
      await shown.act(() => vi.advanceTimersByTime(1))
    }
    return { client, render }
  }
  // oxlint-disable-next-line house/only-commands-print -- looked at, not printed
  const warn = vi.spyOn(console, 'warn')
  beforeEach(() => void warn.mockReset().mockImplementation(() => {}))

  test('gets its 409 when the guard rail is taken off the page', async () => {
    const { client, render } = await blocked((one) => page(one, createElement(Rail)))
    expect(waits(client)).toBe(true)
    await render(page(client))
    expect(waits(client)).toBe(false)
  })

  test('goes on waiting when the guard rail is only put up anew', async () => {
    const { client, render } = await blocked((one) => page(one, createElement(Rail, { key: 1 })))
    await render(page(client, createElement(Rail, { key: 2 })))
    expect(waits(client)).toBe(true)
  })

  test('is the client’s to let go when the whole provider leaves the page', async () => {
    const { client, render } = await blocked((one) => page(one, createElement(Rail)))
    await render(createElement('div'))
    expect(callsOf(client).filter(([verb]) => verb !== 'disconnect')).toEqual([])
    expect(warn).not.toHaveBeenCalled()
  })

  test('is seen to by the guard rail of another provider of the same client', async () => {
    const { client } = await blocked((one) =>
      createElement(
        'div',
        null,
        page(one),
        createElement(OnboardingProvider, { client: one }, createElement(Rail)),
      ),
    )
    expect(waits(client)).toBe(true)
  })

  test('is nothing to the guard rail of another client', async () => {
    const { client } = await blocked((one) =>
      createElement('div', null, page(one), page(inMemoryClient(), createElement(Rail))),
    )
    expect(waits(client)).toBe(false)
  })
})
