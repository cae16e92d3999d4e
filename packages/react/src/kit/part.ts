import { cloneElement, createElement, type HTMLAttributes, type ReactElement } from 'react'

export type PartProps = HTMLAttributes<HTMLElement> & {
  readonly [attribute: `data-${string}`]: string | boolean | undefined
  readonly type?: string
}

/**
 * What to put in place of a part's own element: an element (its props win, class names add up), or a function that
 * gets the props with their ARIA wiring.
 */
export type Render = ReactElement<PartProps> | ((props: PartProps) => ReactElement)

export const part = (tag: string, props: PartProps, render?: Render): ReactElement => {
  if (!render) return createElement(tag, props)
  if (typeof render === 'function') return render(props)
  const className = [props.className, render.props.className].filter(Boolean).join(' ')
  return cloneElement(render, { ...props, ...render.props, className })
}
