import type { Page } from 'playwright-core'

/** What a text made a page do that it must not. */
export type Watch = {
  /** Scripts that ran, dialogs, windows, navigations, requests that no text may bring about. */
  readonly happened: () => Promise<readonly string[]>
}

// Runs in every document of the page, before anything of it.
const hook = `(() => {
  const ran = (globalThis.ran ??= [])
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
    globalThis[name] = () => { ran.push(name + ' ran') }
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
    ran.push('against the policy: ' + violatedDirective + ' ' + blockedURI + ' ' + sample))
  // Where a link leads is looked at, and not followed; one that is no web page is let run, to be seen. What no browser
  // can read (its protocol is ":") would only lead to an empty page.
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link !== null && /^(https?)?:$/.test(link.protocol)) event.preventDefault()
  })
})()`

/** To be called before the page is opened. `isMeant`: what the page itself may ask for. */
export const watchScripts = async (page: Page, isMeant: (url: URL) => boolean): Promise<Watch> => {
  const seen: string[] = []
  let opened = 0
  page.on('dialog', (dialog) => {
    seen.push(`dialog ${dialog.type()}`)
    void dialog.dismiss()
  })
  page.on('popup', (popup) => seen.push(`window ${popup.url()}`))
  page.on('framenavigated', (frame) => {
    if (frame !== page.mainFrame()) seen.push(`frame ${frame.url()}`)
    else if (opened++ > 0 && !isMeant(new URL(frame.url()))) seen.push(`went to ${frame.url()}`)
  })
  await page.route('**/*', (route) => {
    const url = route.request().url()
    if (isMeant(new URL(url))) return route.continue()
    seen.push(`asked for ${url}`)
    return route.abort()
  })
  await page.addInitScript({ content: hook })
  return {
    happened: async () => {
      const ran = await page.evaluate<string[]>('globalThis.ran ?? []').catch(() => ['the page went away'])
      return [...seen, ...ran]
    },
  }
}
