import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { GuardRailModal } from '@boardwalk/react'
import { CarelessPage, HostilePage } from './hostile-page.tsx'

const pages = { kit: HostilePage, careless: CarelessPage }
const page = document.querySelector('#page')!
let root: Root | undefined

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))

Object.assign(globalThis, {
  /** For the test: shows these texts; what a server sent of them before is taken over. */
  show: async (kind: keyof typeof pages, texts: readonly string[]): Promise<void> => {
    await GuardRailModal.preload()
    const Page = pages[kind]
    if (root === undefined && page.hasChildNodes())
      root = hydrateRoot(page, <Page texts={texts} />, { onRecoverableError: () => {} })
    else {
      root?.unmount()
      root = createRoot(page)
      root.render(<Page texts={texts} />)
    }
    await settled()
  },
})
document.documentElement.dataset['ready'] = ''
