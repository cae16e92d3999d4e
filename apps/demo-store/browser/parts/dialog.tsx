import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'

type Props = {
  /** `data-modal`: what an action or a test knows it by. */
  readonly name: string
  readonly title: string
  /** Also by Escape. */
  readonly onCancel: () => void
  readonly children: (descriptionId: string) => ReactNode
}

/** A native modal dialog for as long as it is there. Closing gives the focus back to where it was. */
export const Dialog = ({ name, title, onCancel, children }: Props) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()

  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    shown?.querySelector<HTMLElement>('[data-first]')?.focus()
    // An element that is only taken away does not give the focus back.
    return () => shown?.close()
  }, [])

  return (
    <dialog
      ref={dialog}
      role="dialog"
      data-modal={name}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-description`}
      onCancel={(event) => {
        event.preventDefault()
        onCancel()
      }}
      // A second Escape closes without asking.
      onClose={() => dialog.current && onCancel()}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      {children(`${id}-description`)}
    </dialog>
  )
}
