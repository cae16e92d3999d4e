import { useState } from 'react'
import { words } from '../texts.ts'
import { StepItem } from './step-item.tsx'
import type { Guide, GuideState, Step } from './use-guide.ts'

const { guide: texts } = words

type Props = GuideState & {
  readonly me: string
  readonly nameOf: (userId: string) => string | undefined
  readonly onRead: () => Promise<void>
  /** Opens the modal that the step names. */
  readonly onOpen: (step: Step) => void
  readonly onChange: (id: string, status: 'done' | 'skipped') => Promise<string | undefined>
}

const Progress = ({ guide: { progress, position } }: { readonly guide: Guide }) => (
  <>
    <p className="spread">
      <span>{texts.position(position.current, position.total)}</span>
      <span>{texts.progress(progress)}</span>
    </p>
    <div
      className="progress"
      role="progressbar"
      aria-label={texts.title}
      aria-valuenow={progress}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={`${texts.progress(progress)}, ${texts.position(position.current, position.total)}`}
    >
      <span style={{ inlineSize: `${progress}%` }} />
    </div>
  </>
)

/** What there is to set up, as the server sees it for this person. */
export const SetupGuide = ({ guide, failed, me, nameOf, onRead, onOpen, onChange }: Props) => {
  const [said, setSaid] = useState<{ readonly text: string; readonly bad: boolean }>()

  const change = async (step: Step, status: 'done' | 'skipped'): Promise<void> => {
    const refusal = await onChange(step.id, status)
    const text = refusal ?? texts.changed(step.title, status === 'done' ? texts.done : texts.skipped)
    setSaid({ text, bad: refusal !== undefined })
  }
  const doneBy = ({ completedBy }: Step): string | undefined =>
    completedBy === undefined || completedBy === me ? undefined : nameOf(completedBy)

  if (guide?.features.enabled === false) return null
  return (
    <section className="card guide" aria-labelledby="guide-title" aria-busy={guide === undefined && !failed}>
      <h2 id="guide-title">{texts.title}</h2>
      {guide === undefined && !failed && <p className="faint">{texts.loading}</p>}
      {failed && (
        <div className="row note" role="alert">
          <p>{guide === undefined ? texts.failed : texts.stale}</p>
          <button type="button" onClick={() => void onRead()}>
            {words.retry}
          </button>
        </div>
      )}
      {guide && guide.steps.length === 0 && <p className="faint">{texts.none}</p>}
      {guide && guide.steps.length > 0 && (
        <>
          <Progress guide={guide} />
          {guide.status === 'completed' && <p className="good">{texts.allDone}</p>}
          <p role="status" className={said?.bad ? 'problem' : 'unseen'}>
            {said?.text}
          </p>
          <ol>
            {guide.steps.map((step) => (
              <StepItem
                key={step.id}
                step={step}
                doneBy={doneBy(step)}
                canSkip={guide.features.skip}
                onDo={() => (step.action ? onOpen(step) : void change(step, 'done'))}
                onSkip={() => void change(step, 'skipped')}
              />
            ))}
          </ol>
        </>
      )}
    </section>
  )
}
