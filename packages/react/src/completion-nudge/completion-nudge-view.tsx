'use client'
import { useId } from 'react'
import type { Onboarding } from '@boardwalk/contract'
import { CloseControl, Control } from '../kit/control.tsx'
import { Frame } from '../kit/frame.tsx'
import { useLook } from '../kit/kit.ts'
import type { Step } from '../kit/lead.ts'
import type { ReturnFocus } from '../kit/use-focus-rescue.ts'
import { useGo } from '../kit/use-go.ts'
import { nudgeEnglish } from './nudge-english.ts'

export type CompletionNudgeViewProps = {
  readonly nudge: Onboarding['nudge']
  /** The step to go on with; the button that leads there is left out without one. */
  readonly next?: Step | undefined
  readonly canSnooze: boolean
  /** The server is away: nothing can be changed now. */
  readonly stale?: boolean | undefined
  readonly onSnooze: () => void
  readonly onDismiss: () => void
  /** After the host's modal said that the step is done. */
  readonly onDone?: (() => void) | undefined
  /** Gets the focus when the nudge goes; default: what comes next. */
  readonly returnFocus?: ReturnFocus
}

/** The reminder, in the page and never over it. It takes no focus when it comes. */
export const CompletionNudgeView = (props: CompletionNudgeViewProps) => {
  const { nudge, next, canSnooze, stale, onSnooze, onDismiss, onDone, returnFocus } = props
  const { words } = useLook()
  const id = useId()
  const { lead, url, press } = useGo(next, onDone)
  return (
    <Frame
      as="aside"
      look="bw-nudge"
      data-placement={nudge.placement}
      aria-labelledby={`${id}title`}
      rescue={() => () => returnFocus?.current ?? document.querySelector<HTMLElement>('.bw-snoozed button')}
    >
      <div>
        <p id={`${id}title`} className="bw-nudge-title">
          {words('nudge.title', { n: nudge.remainingSteps }, nudgeEnglish)}
        </p>
        <p id={`${id}text`}>{stale ? words('guide.stale') : words('nudge.text', {}, nudgeEnglish)}</p>
      </div>
      <div className="bw-actions">
        {(lead.kind === 'page' || lead.kind === 'modal') && (
          <Control
            look="primary"
            text={words('nudge.continue', {}, nudgeEnglish)}
            url={url}
            onPress={press}
          />
        )}
        {canSnooze && (
          <Control
            look="quiet"
            text={words('nudge.snooze', { n: nudge.snoozeDays }, nudgeEnglish)}
            onPress={onSnooze}
            off={stale}
            about={stale ? `${id}text` : undefined}
          />
        )}
        <CloseControl
          label={words('nudge.dismiss', {}, nudgeEnglish)}
          onPress={onDismiss}
          off={stale}
          about={`${id}${stale ? 'text' : 'title'}`}
        />
      </div>
    </Frame>
  )
}
