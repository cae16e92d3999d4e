import { launchChromium } from '@boardwalk/e2e/chromium'
import { interleaved, type Measured } from './measured.ts'
import { openScreenHost } from './screen-host.ts'

const visits = Number(process.env['BENCH_VISITS'] ?? 40)

// Runs in the page. A change is painted after the animation frame that follows it; a message sent there comes next.
const watchPaint = (selector: string): string => `
  new MutationObserver((_, observer) => {
    if (document.querySelector(${JSON.stringify(selector)}) === null) return
    observer.disconnect()
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => { globalThis.paintedMs = performance.now() }
      port2.postMessage(0)
    })
  }).observe(document, { childList: true, subtree: true })`

/** Milliseconds from the navigation until the guide is painted, each visit with nothing kept from another. */
export const paintBench = async (): Promise<Measured[]> => {
  const [browser, host] = await Promise.all([launchChromium(), openScreenHost()])
  const paint = (path: string, selector: string) => async (): Promise<number> => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.addInitScript({ content: watchPaint(selector) })
    await page.goto(host.address + path)
    await page.waitForFunction('globalThis.paintedMs !== undefined')
    const paintedMs = Number(await page.evaluate('paintedMs'))
    await context.close()
    return paintedMs
  }
  const step = '.bw-guide [data-step-id]'
  const times = await interleaved(visits, {
    bare: paint('/bare', 'main'),
    given: paint('/given', step),
    asking: paint('/asking', step),
  })
  await browser.close()
  await host.stop()
  const row = (name: string, ours: number): Measured => ({
    name: `navigation until the guide is painted, ${name}`,
    ours,
    peer: times.bare,
    peerName: 'the same page without Boardwalk',
    unit: 'ms',
    ratio: times.bare / ours,
    aim: '–',
    n: visits,
  })
  return [row('state given with the page', times.given), row('state asked by the page', times.asking)]
}
