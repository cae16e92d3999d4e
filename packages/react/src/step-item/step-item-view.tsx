'use client'
import { useId } from 'react'
import type { Onboarding } from '@boardwalk/contract'
import { Control } from '../kit/control.tsx'
import { Heading } from '../kit/heading.tsx'
import { useLook } from '../kit/kit.ts'
import type { Step } from '../kit/lead.ts'
import { part, type Render } from '../kit/part.ts'
import { safeUrl } from '../kit/safe-url.ts'
import { textOf } from '../kit/text-of.ts'
import { useGo } from '../kit/use-go.ts'
import type { Words } from '../kit/words.ts'

export type StepItemViewProps = {
  readonly step: Step
  /** Its change is on its way. */
  readonly pending?: boolean | undefined
  /** The server is away: nothing can be changed now. */
  readonly stale?: boolean | undefined
  /** Id of the text that says so; without one the step says it itself. */
  readonly staleId?: string | undefined
  /** `features.skip` of the onboarding. */
  readonly canSkip?: boolean | undefined
  /** That of the onboarding: experiments change the button that skips. */
  readonly config?: Onboarding['config'] | undefined
  /** Whether the description is shown; always when there is no `onToggle`. */
  readonly open?: boolean | undefined
  readonly onToggle?: (() => void) | undefined
  readonly onComplete: () => void
  readonly onSkip?: (() => void) | undefined
  /** After the host's modal said that the step is done. */
  readonly onDone?: (() => void) | undefined
  /** In place of `<li>`. */
  readonly render?: Render | undefined
}

type NameOf = ((userId: string) => string | undefined) | undefined

const nameBy = (nameOf: NameOf, userId: string): string | undefined => {
  try {
    return nameOf?.(userId)
  } catch {
    return undefined
  }
}

const standingOf = (step: Step, words: Words, nameOf: NameOf): string | undefined => {
  if (step.status === 'done') {
    const name = step.completedBy === undefined ? undefined : nameBy(nameOf, step.completedBy)
    return name === undefined ? words('step.done') : words('step.doneBy', { name })
  }
  if (step.status === 'skipped') return words('step.skipped')
  if (!step.allowed) {
    const role = step.roleRestricted ?? 'owner'
    return role === 'owner' ? words('step.askOwner') : words('step.askRole', { role })
  }
  return step.locked ? words('step.locked') : undefined
}

/** One step: what it is, where it stands, and what this person may do about it. */
export const StepItemView = (props: StepItemViewProps) => {
  const { step, pending, stale, staleId, canSkip, config, onToggle, onComplete, onSkip, onDone } = props
  const { words, nameOf } = useLook()
  const id = useId()
  const { status, estimateMinutes } = step
  const title = textOf(step.title) || step.id
  const description = textOf(step.description)
  const { lead, url, press } = useGo(step, onDone, onComplete)
  // The client shows what a change will come to; until the server agrees the step keeps its controls.
  const mine = step.allowed && (status !== 'done' || pending)
  const isLocked = step.locked && mine
  const standing = pending ? undefined : standingOf(step, words, nameOf)
  const help = safeUrl(step.learnMoreUrl)
  const verb = status === 'skipped' && !pending ? 'step.doAnyway' : 'step.do'
  const folds = onToggle !== undefined && (description !== '' || (mine && estimateMinutes !== undefined))
  const isOpen = onToggle === undefined || props.open === true

  // A claim asks the server; a page or modal of the host is there without it.
  const whyStale = staleId ?? `${id}stale`
  const why = isLocked ? `${id}standing` : stale && lead.kind === 'claim' ? whyStale : undefined

  const children = (
    <>
      <div className="bw-step-text">
        <Heading className="bw-step-title" deeper={1}>
          {folds ? (
            <button
              type="button"
              className="bw-fold"
              aria-expanded={isOpen}
              aria-controls={`${id}panel`}
              onClick={onToggle}
            >
              <bdi>{title}</bdi>
            </button>
          ) : (
            <bdi>{title}</bdi>
          )}
        </Heading>
        {step.required && status !== 'done' && <span className="bw-badge">{words('step.required')}</span>}
        {standing && (
          <p id={`${id}standing`} className="bw-standing">
            {standing}
          </p>
        )}
        {stale && !staleId && (
          <p id={whyStale} className="bw-standing">
            {words('guide.stale')}
          </p>
        )}
        <div id={`${id}panel`} className="bw-panel" hidden={!isOpen}>
          {description !== '' && (
            <p>
              <bdi>{description}</bdi>
            </p>
          )}
          {mine && estimateMinutes !== undefined && (
            <p className="bw-faint">{words('step.minutes', { n: estimateMinutes })}</p>
          )}
        </div>
      </div>
      <div className="bw-actions">
        {mine && lead.kind !== 'nowhere' && (
          <Control
            text={words(verb)}
            label={words(`${verb}Label`, { title })}
            url={url}
            onPress={press}
            off={why !== undefined}
            busy={pending}
            about={why}
          />
        )}
        {mine && !isLocked && (status === 'todo' || pending) && canSkip && !step.required && onSkip && (
          <Control
            look={config?.skipButtonStyle ?? 'quiet'}
            text={config?.skipButtonText ?? words('step.skip')}
            label={words('step.skipLabel', { title })}
            onPress={onSkip}
            off={stale || pending}
            about={stale ? whyStale : undefined}
          />
        )}
        {help && (
          <Control
            look="plain"
            text={words('step.learnMore')}
            label={words('step.learnMoreLabel', { title })}
            url={help}
          />
        )}
      </div>
    </>
  )
  const item = {
    className: 'bw-step',
    'data-step-id': step.id,
    'data-status': status,
    'data-locked': isLocked ? '' : undefined,
    'data-open': isOpen && folds ? '' : undefined,
    'data-pending': pending ? '' : undefined,
    children,
  }
  return part('li', item, props.render)
}
