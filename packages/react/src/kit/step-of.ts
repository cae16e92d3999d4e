/** A step that is done has nothing to press any more: the focus stays with the step. */
export const stepOf = (control: HTMLElement): (() => HTMLElement | undefined) | undefined => {
  const step = control.closest<HTMLElement>('[data-step-id]')
  if (step === null) return undefined
  return () => {
    if (!step.isConnected) return undefined
    const other = step.querySelector<HTMLElement>('button, a[href]')
    if (other === null) step.tabIndex = -1
    return other ?? step
  }
}
