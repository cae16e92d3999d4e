import type { Blocked } from '@boardwalk/client'
import { Dialog } from '../parts/dialog.tsx'
import { words } from '../texts.ts'
import { safeUrl } from './safe-url.ts'

type Props = {
  readonly blocked: Blocked
  /** This person may do the missing step. */
  readonly allowed: boolean
  /** Opens the modal of that name; false when there is none. */
  readonly knowsModal: (modal: string) => boolean
  readonly onConfigure: () => void
  readonly onCancel: () => void
}

/** Says what is missing for what the person wanted, and leads there. */
export const GuardRail = ({ blocked, allowed, knowsModal, onConfigure, onCancel }: Props) => {
  const { action, message } = blocked
  const leads = action?.type === 'open_modal' ? knowsModal(action.modal) : safeUrl(action?.url) !== undefined
  return (
    <Dialog name="guard_rail" title={words.guardRail.title} onCancel={onCancel}>
      {(descriptionId) => (
        <>
          <p id={descriptionId}>
            {message}
            {!allowed && <strong className="standing"> {words.guide.askOwner}</strong>}
          </p>
          <div className="row end">
            <button type="button" className="quiet" onClick={onCancel}>
              {words.cancel}
            </button>
            {allowed && leads && (
              <button type="button" className="primary" data-first onClick={onConfigure}>
                {words.guardRail.configure}
              </button>
            )}
          </div>
        </>
      )}
    </Dialog>
  )
}
