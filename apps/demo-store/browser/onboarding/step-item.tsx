import { useLayoutEffect, useRef, type ReactNode } from 'react'
import { WithName } from '../parts/with-name.tsx'
import { words } from '../texts.ts'
import { safeUrl } from './safe-url.ts'
import type { Step } from './use-guide.ts'

const { guide: texts } = words

type Props = {
  readonly step: Step
  /** Who did it, when it was another member. */
  readonly doneBy: string | undefined
  readonly canSkip: boolean
  readonly onDo: () => void
  readonly onSkip: () => void
}

const Do = ({ step, onDo }: Pick<Props, 'step' | 'onDo'>) => {
  const { action, title } = step
  if (action?.type !== 'redirect') {
    return (
      <button type="button" aria-label={texts.doLabel(title)} onClick={onDo}>
        {texts.do}
      </button>
    )
  }
  const url = safeUrl(action.url)
  return url === undefined ? null : (
    <a className="button" href={url} aria-label={texts.doLabel(title)}>
      {texts.do}
    </a>
  )
}

const standingOf = ({ status, allowed, locked }: Step, doneBy: string | undefined): ReactNode => {
  if (status === 'done') return doneBy === undefined ? texts.done : <WithName text={texts.doneBy(doneBy)} />
  if (!allowed) return texts.askOwner
  if (locked) return texts.locked
  return status === 'skipped' ? texts.skipped : undefined
}

/** One step: what it is, where it stands, and what this person may do about it. */
export const StepItem = ({ step, doneBy, canSkip, onDo, onSkip }: Props) => {
  const { id, title, description, required, status, allowed, locked, estimateMinutes } = step
  const open = status !== 'done' && allowed
  const help = safeUrl(step.learnMoreUrl)
  const standing = standingOf(step, doneBy)
  const heading = useRef<HTMLHeadingElement>(null)
  const pressed = useRef(false)
  const press = (act: () => void) => (): void => {
    pressed.current = true
    act()
  }

  // The pressed button goes with the step's old status; whoever came by keyboard stays at the step.
  useLayoutEffect(() => {
    if (pressed.current && document.activeElement === document.body) heading.current?.focus()
    pressed.current = false
  }, [status])

  return (
    <li className="step" data-step-id={id} data-status={status}>
      <div>
        <h3 ref={heading} tabIndex={-1}>
          {title} {required && status !== 'done' && <span className="badge">{texts.required}</span>}
        </h3>
        {description !== undefined && <p>{description}</p>}
        {standing !== undefined && <p className="standing">{standing}</p>}
        {open && status === 'todo' && estimateMinutes !== undefined && (
          <p className="faint">{texts.minutes(estimateMinutes)}</p>
        )}
      </div>
      <div className="row">
        {open && !locked && <Do step={step} onDo={press(onDo)} />}
        {open && canSkip && !required && status === 'todo' && (
          <button type="button" className="quiet" aria-label={texts.skipLabel(title)} onClick={press(onSkip)}>
            {texts.skip}
          </button>
        )}
        {help !== undefined && (
          <a className="button plain" href={help} aria-label={texts.learnMoreLabel(title)}>
            {texts.learnMore}
          </a>
        )}
      </div>
    </li>
  )
}
