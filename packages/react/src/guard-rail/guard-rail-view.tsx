'use client'
import { useId } from 'react'
import { Control } from '../kit/control.tsx'
import { Heading } from '../kit/heading.tsx'
import { useLook } from '../kit/kit.ts'
import { laterEnglish } from '../kit/later-english.ts'
import { NativeDialog } from './native-dialog.tsx'
import type { GuardRailState } from './use-guard-rail.ts'

export type GuardRailViewProps = Omit<GuardRailState, 'open' | 'configure' | 'cancel'> & {
  readonly onConfigure: () => void
  readonly onCancel: () => void
}

/** Says what is missing for what the person wanted, and leads there. Shown for as long as it is on the page. */
export const GuardRailView = (props: GuardRailViewProps) => {
  const { message, steps, lead, askRole, failed, busy, onConfigure, onCancel } = props
  const { words, slots } = useLook()
  const id = useId()
  const Dialog = slots?.Dialog ?? NativeDialog
  const leads = lead.kind !== 'nowhere'
  return (
    <Dialog name="guard_rail" titleId={`${id}title`} descriptionId={`${id}text`} onCancel={onCancel}>
      <Heading id={`${id}title`} className="bw-title">
        {words('guardRail.title', {}, laterEnglish)}
      </Heading>
      <div id={`${id}text`}>
        <p>
          <bdi>{message}</bdi>
        </p>
        {steps.length > 1 && (
          <ul className="bw-missing" aria-label={words('guardRail.steps', {}, laterEnglish)}>
            {steps.map((step) => (
              <li key={step.id} data-status={step.done ? 'done' : 'todo'}>
                <bdi>{step.title}</bdi>
                {step.done && <span className="bw-standing"> {words('step.done')}</span>}
              </li>
            ))}
          </ul>
        )}
        {askRole && (
          <p className="bw-standing">
            {askRole === 'owner' ? words('step.askOwner') : words('step.askRole', { role: askRole })}
          </p>
        )}
      </div>
      {failed && (
        <p className="bw-note bw-bad" role="alert">
          {words('error')}
        </p>
      )}
      <div className="bw-actions bw-end">
        <Control
          look="quiet"
          text={words('guardRail.cancel', {}, laterEnglish)}
          onPress={onCancel}
          first={!leads}
        />
        {leads && (
          <Control
            look="primary"
            text={failed ? words('retry') : words('guardRail.configure', {}, laterEnglish)}
            url={lead.url}
            onPress={onConfigure}
            busy={busy}
            first
          />
        )}
      </div>
    </Dialog>
  )
}
