'use client'
import { createContext, useContext, type ReactNode } from 'react'
import { CloseControl, Control } from '../kit/control.tsx'
import { Frame } from '../kit/frame.tsx'
import { Heading } from '../kit/heading.tsx'
import { useLook } from '../kit/kit.ts'
import { part, type Render } from '../kit/part.ts'
import { ProgressBar } from '../kit/progress-bar.tsx'
import type { ReturnFocus } from '../kit/use-focus-rescue.ts'
import { useLater } from '../kit/use-later.ts'
import { StepItemView } from '../step-item/step-item-view.tsx'
import type { GuideModel } from './use-guide-model.ts'

const GuideContext = createContext<GuideModel | undefined>(undefined)

/** A part outside of a guide shows nothing. */
const useGuide = (): GuideModel | undefined => useContext(GuideContext)

export type GuideFrameProps = {
  readonly guide: GuideModel
  /** Gets the focus when the guide is put away; default: the launcher, else what comes next. */
  readonly returnFocus?: ReturnFocus
  readonly children?: ReactNode
}

export const GuideFrame = ({ guide, returnFocus, children }: GuideFrameProps) => (
  <GuideContext.Provider value={guide}>
    <Frame
      {...guide.getRootProps()}
      look="bw-guide"
      rescue={() => () => returnFocus?.current ?? document.querySelector<HTMLElement>('.bw-launcher')}
    >
      {children}
    </Frame>
  </GuideContext.Provider>
)

export type GuidePartProps = { readonly render?: Render | undefined }

export const GuideHeader = ({ render }: GuidePartProps) => {
  const guide = useGuide()
  const { words } = useLook()
  if (!guide) return null
  const children = (
    <>
      <Heading id={guide.titleId} className="bw-title">
        {words('guide.title')}
      </Heading>
      {guide.onDismiss && (
        <CloseControl
          label={words('guide.dismiss')}
          onPress={guide.onDismiss}
          off={guide.stale}
          about={guide.stale ? guide.staleId : undefined}
        />
      )}
    </>
  )
  return part('div', { className: 'bw-header', children }, render)
}

export const GuideProgress = ({ render }: GuidePartProps) => {
  const guide = useGuide()
  const { words } = useLook()
  if (!guide) return null
  const { position, progress } = guide.onboarding
  const children = (
    <>
      <p className="bw-spread">
        <span>{words('guide.position', position)}</span>
        <span>{words('guide.progress', { percent: progress })}</span>
      </p>
      <div {...guide.getProgressProps()}>
        <ProgressBar percent={progress} />
      </div>
    </>
  )
  return part('div', { className: 'bw-progress', children }, render)
}

/** What a person should know first: that all is done, that the server is away, why a change was refused. */
export const GuideNotes = () => {
  const guide = useGuide()
  const { words } = useLook()
  const later = useLater(true)
  if (!guide) return null
  const { stale, refused, onboarding } = guide
  return (
    <>
      {onboarding.status === 'completed' && <p className="bw-note bw-good">{words('guide.allDone')}</p>}
      {stale && (
        <div className="bw-note bw-late">
          <p id={guide.staleId}>{words('guide.stale')}</p>
          <Control text={words('retry')} onPress={guide.onRefresh} />
        </div>
      )}
      {refused && <p className="bw-note bw-bad">{later?.refusedText(refused, words) ?? words('error')}</p>}
    </>
  )
}

export const GuideList = ({ render }: GuidePartProps) => {
  const guide = useGuide()
  const { words } = useLook()
  if (!guide) return null
  const { onboarding, pending = [], folded } = guide
  const children = guide.rows.map((step) => (
    <StepItemView
      key={step.id}
      step={step}
      pending={pending.includes(step.id)}
      stale={guide.stale}
      staleId={guide.staleId}
      canSkip={onboarding.features.skip}
      config={onboarding.config}
      open={guide.openStep === step.id}
      onToggle={() => guide.toggleStep(step.id)}
      onComplete={() => guide.onComplete(step.id)}
      onSkip={() => guide.onSkip(step.id)}
      onDone={guide.onRefresh}
    />
  ))
  const fold = { 'aria-expanded': !folded, 'aria-controls': guide.stepsId }
  return (
    <>
      {onboarding.status === 'completed' && (
        <button {...fold} type="button" className="bw-fold" onClick={guide.toggleFolded}>
          {words('guide.steps')}
        </button>
      )}
      <div id={guide.stepsId} hidden={folded}>
        {part('ol', { className: 'bw-steps', children }, render)}
        {guide.hasSkipped && (
          <button
            type="button"
            className="bw-control bw-plain"
            aria-expanded={guide.showsSkipped}
            onClick={guide.toggleSkipped}
          >
            {words(guide.showsSkipped ? 'guide.hideSkipped' : 'guide.showSkipped')}
          </button>
        )}
      </div>
    </>
  )
}
