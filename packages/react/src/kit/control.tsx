'use client'
import { createElement, useId, useRef, type AnchorHTMLAttributes, type MouseEvent } from 'react'
import { useLook } from './kit.ts'
import { useFocusRescue } from './use-focus-rescue.ts'
import { laterNow } from './use-later.ts'

type Props = {
  /** What is read on it. */
  readonly text: string
  /** Its whole name, for who does not see what it stands beside. */
  readonly label?: string | undefined
  readonly look?: 'primary' | 'quiet' | 'plain' | 'plain bw-close' | 'link' | 'button' | undefined
  /** A link, when there is one; of `safeUrl`. */
  readonly url?: string | undefined
  readonly onPress?: (() => void) | undefined
  /** It can be reached and read, and does nothing. */
  readonly off?: boolean | undefined
  /** Its change is on its way. */
  readonly busy?: boolean | undefined
  /** Id of what says why it is off, or what it is about. */
  readonly about?: string | undefined
  /** The one to focus in a dialog. */
  readonly first?: boolean | undefined
}

/** A sign, not a word: nobody says it. */
const cross = '×'

const isPlainClick = (event: MouseEvent): boolean =>
  !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)

/** A button, or a real link where it leads to a page: it opens in a new tab, and its address can be copied. */
export const Control = (props: Props) => {
  const { text, label, busy } = props
  const { navigate, slots } = useLook()
  const id = useId()
  // A name must hold the words that are read on the control, so that it can be asked for by voice.
  const isNamed = label === undefined || text === cross || label.includes(text)
  const attributes = {
    className: `bw-control bw-${props.look ?? 'normal'}`,
    'aria-label': label,
    ...(isNamed ? {} : { id, 'aria-labelledby': `${id}text ${id}` }),
    'aria-describedby': props.about,
    'data-first': props.first ? '' : undefined,
    'data-busy': busy ? '' : undefined,
    children: (
      <>
        <span id={isNamed ? undefined : `${id}text`} className="bw-text">
          {text}
        </span>
        {busy && (
          <span className="bw-dots" aria-hidden="true">
            …
          </span>
        )}
      </>
    ),
  }
  const isOff = props.off || busy
  const { url } = props
  if (!url || isOff) {
    const onClick = isOff ? undefined : props.onPress
    return (
      <Pressed
        {...attributes}
        as="button"
        type="button"
        aria-disabled={isOff || undefined}
        onClick={onClick}
      />
    )
  }
  const follow = (event: MouseEvent): void => {
    props.onPress?.()
    if (navigate === undefined || event.defaultPrevented || url[0] !== '/' || !isPlainClick(event)) return
    event.preventDefault()
    navigate(url)
  }
  const Link = slots?.Link
  const link = { ...attributes, href: url, onClick: follow }
  return Link ? <Link {...link} /> : <Pressed {...link} as="a" />
}

type PressedProps = AnchorHTMLAttributes<HTMLElement> & { readonly as: 'a' | 'button' }

/** Apart, because it lives as long as its element. */
const Pressed = ({ as, ...attributes }: PressedProps) => {
  const ref = useRef<HTMLElement>(null)
  useFocusRescue(ref, (control) => laterNow()?.stepOf(control))
  return createElement(as, { ...attributes, ref })
}

/** The cross in the corner. */
export const CloseControl = (props: Pick<Props, 'label' | 'onPress' | 'off' | 'about'>) => (
  <Control {...props} look="plain bw-close" text={cross} />
)
