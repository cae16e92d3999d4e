'use client'
import { useLayoutEffect, useRef } from 'react'
import { useLook, type DialogProps } from '../kit/kit.ts'
import { isLost } from '../kit/use-focus-rescue.ts'

/** A modal of the host asks the whole document for Escape, and for presses outside of it; these are ours. */
const keep = (event: Event): void => {
  if (!('key' in event) || event.key === 'Escape') event.stopPropagation()
}

/** The browser's own modal dialog, open for as long as it is there; above everything else that is open. */
export const NativeDialog = ({ name, titleId, descriptionId, onCancel, children }: DialogProps) => {
  const { locale, dir } = useLook()
  const dialog = useRef<HTMLDialogElement>(null)

  useLayoutEffect(() => {
    const shown = dialog.current
    const before = document.activeElement
    if (shown?.open === false) shown.showModal()
    addEventListener('keydown', keep, true)
    shown?.addEventListener('pointerdown', keep)
    shown?.querySelector<HTMLElement>('[data-first]')?.focus()
    return () => {
      removeEventListener('keydown', keep, true)
      // An element that is only taken away does not give the focus back.
      shown?.close()
      // Hosts disable the button whose request waits, and a disabled one takes no focus: once more when it is free.
      setTimeout(() => {
        if (isLost() && before instanceof HTMLElement) before.focus()
      }, 50)
    }
  }, [])

  return (
    <dialog
      ref={dialog}
      role="dialog"
      className="bw-root bw-dialog"
      data-modal={name}
      aria-labelledby={titleId}
      aria-describedby={descriptionId}
      lang={locale}
      dir={dir}
      onCancel={(event) => {
        event.preventDefault()
        onCancel()
      }}
      // A second Escape closes without asking. What is open again by now was closed by an effect that ran twice.
      onClose={() => dialog.current?.open === false && onCancel()}
    >
      {children}
    </dialog>
  )
}
