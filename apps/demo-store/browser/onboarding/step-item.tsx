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
  const label = (
    <>
      {texts.do}
      <span className="unseen"> : {step.title}</span>
    </>
  )
  const { action } = step
  if (action?.type !== 'redirect') {
    return (
      <button type="button" onClick={onDo}>
        {label}
      </button>
    )
  }
  const url = safeUrl(action.url)
  return url === undefined ? null : (
    <a className="button" href={url}>
      {label}
    </a>
  )
}

const standingOf = ({ status, allowed, locked }: Step, doneBy: string | undefined): string | undefined => {
  if (status === 'done') return doneBy === undefined ? texts.done : texts.doneBy(doneBy)
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
  return (
    <li className="step" data-step-id={id} data-status={status}>
      <div>
        <h3>
          {title}
          {required && status !== 'done' && <span className="badge">{texts.required}</span>}
        </h3>
        {description !== undefined && <p>{description}</p>}
        {standing !== undefined && <p className="standing">{standing}</p>}
        {open && status === 'todo' && estimateMinutes !== undefined && (
          <p className="faint">{texts.minutes(estimateMinutes)}</p>
        )}
      </div>
      <div className="row">
        {open && !locked && <Do step={step} onDo={onDo} />}
        {open && canSkip && !required && status === 'todo' && (
          <button type="button" className="quiet" aria-label={texts.skipLabel(title)} onClick={onSkip}>
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
