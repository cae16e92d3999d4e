import type { ReactElement } from 'react'
import { afterEach, vi } from 'vitest'

/** As much of a page as React asks for to put elements into it; nothing in it is seen. */
class PlainNode {
  readonly nodeType: number
  readonly nodeName: string
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml'
  readonly style = {}
  readonly isConnected = true
  parentNode: PlainNode | null = null
  childNodes: PlainNode[] = []
  text = ''

  constructor(name: string, type = 1) {
    this.nodeName = name.toUpperCase()
    this.nodeType = type
  }

  get ownerDocument(): unknown {
    return page
  }
  get tagName(): string {
    return this.nodeName
  }
  get firstChild(): PlainNode | null {
    return this.childNodes[0] ?? null
  }
  get lastChild(): PlainNode | null {
    return this.childNodes.at(-1) ?? null
  }
  get nextSibling(): PlainNode | null {
    const all = this.parentNode?.childNodes ?? []
    return all[all.indexOf(this) + 1] ?? null
  }
  get textContent(): string {
    return this.text + this.childNodes.map((one) => one.textContent).join('\n')
  }
  set textContent(text: string) {
    this.childNodes = []
    this.text = text
  }
  set nodeValue(text: string) {
    this.text = text
  }
  appendChild(one: PlainNode): PlainNode {
    return this.insertBefore(one, null)
  }
  insertBefore(one: PlainNode, next: PlainNode | null): PlainNode {
    one.parentNode?.removeChild(one)
    one.parentNode = this
    this.childNodes.splice(next === null ? this.childNodes.length : this.childNodes.indexOf(next), 0, one)
    return one
  }
  removeChild(one: PlainNode): PlainNode {
    this.childNodes = this.childNodes.filter((other) => other !== one)
    one.parentNode = null
    return one
  }
  setAttribute(): void {}
  removeAttribute(): void {}
  addEventListener(): void {}
  removeEventListener(): void {}
  contains(): boolean {
    return false
  }
}

const page = Object.assign(new PlainNode('#document', 9), {
  createElement: (name: string) => new PlainNode(name),
  createElementNS: (_: string, name: string) => new PlainNode(name),
  createTextNode: (text: string) => Object.assign(new PlainNode('#text', 3), { text }),
  querySelector: () => null,
  querySelectorAll: () => [],
  activeElement: null,
  defaultView: globalThis,
  body: new PlainNode('body'),
})
Object.assign(globalThis, {
  document: page,
  window: globalThis,
  HTMLIFrameElement: class extends PlainNode {},
  IS_REACT_ACT_ENVIRONMENT: true,
})

type Props = { readonly className?: string } & Readonly<
  Record<'onClick' | 'onFocus' | 'onPointerEnter', ((event: object) => void) | undefined>
>

const propsOf = (node: PlainNode): Props => {
  const name = Object.keys(node).find((key) => key.startsWith('__reactProps$'))
  return (name === undefined ? {} : Reflect.get(node, name)) as Props
}

const found = (node: PlainNode, className: string): { readonly props: Props } | undefined => {
  const props = propsOf(node)
  if (props.className?.split(' ').includes(className)) return { props }
  for (const child of node.childNodes) {
    const one = found(child, className)
    if (one !== undefined) return one
  }
  return undefined
}

const leaving: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const leave of leaving.splice(0)) await leave()
  vi.useRealTimers()
})

/** Mounts it with its effects, as a browser does; gone after the test. */
export const mounted = async (element: ReactElement) => {
  // Only now: React looks for a page when it is loaded.
  const [{ act }, { createRoot }] = await Promise.all([import('react'), import('react-dom/client')])
  const container = new PlainNode('div')
  const root = createRoot(container as unknown as Element)
  const render = (other: ReactElement): Promise<void> => act(async () => root.render(other))
  await render(element)
  leaving.push(() => act(async () => root.unmount()))
  return {
    render,
    act: (work: () => unknown): Promise<void> => act(async () => void (await work())),
    text: () => container.textContent,
    /** The first element with that class name, and the props that React gave it. */
    find: (className: string) => found(container, className),
  }
}
