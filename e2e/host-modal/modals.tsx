import type { ReactNode } from 'react'
import { Dialog as BaseUi } from '@base-ui/react/dialog'
import * as Radix from '@radix-ui/react-dialog'

export type ModalProps = {
  readonly title: string
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly children: ReactNode
}

const RadixModal = ({ title, open, onOpenChange, children }: ModalProps) => (
  <Radix.Root open={open} onOpenChange={onOpenChange}>
    <Radix.Portal>
      <Radix.Overlay className="backdrop" />
      <Radix.Content className="modal" aria-describedby={undefined}>
        <Radix.Title>{title}</Radix.Title>
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)

const BaseUiModal = ({ title, open, onOpenChange, children }: ModalProps) => (
  <BaseUi.Root open={open} onOpenChange={onOpenChange}>
    <BaseUi.Portal>
      <BaseUi.Backdrop className="backdrop" />
      <BaseUi.Popup className="modal">
        <BaseUi.Title>{title}</BaseUi.Title>
        {children}
      </BaseUi.Popup>
    </BaseUi.Portal>
  </BaseUi.Root>
)

/** The modals that hosts have most, each as its documentation shows it. */
export const modals = { radix: RadixModal, 'base-ui': BaseUiModal } as const
