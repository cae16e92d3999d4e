import type { StoreView } from '../../src/store-view.ts'
import { CountryField } from '../parts/country-field.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Form, TextField } from '../parts/form.tsx'
import { words } from '../texts.ts'

export const paymentsModal = 'payments_setup'

type Props = {
  /** Of the action that led here. */
  readonly prefill: Readonly<Record<string, unknown>> | undefined
  readonly onDone: (view: StoreView) => void
  readonly onCancel: () => void
}

export const PaymentsModal = ({ prefill, onDone, onCancel }: Props) => (
  <Dialog name={paymentsModal} title={words.payments.title} onCancel={onCancel}>
    {(descriptionId) => (
      <>
        <p id={descriptionId} className="lead">
          {words.payments.lead}
        </p>
        <Form<StoreView>
          path="/api/store/payments"
          submit={words.payments.submit}
          onDone={onDone}
          aside={
            <button type="button" className="quiet" onClick={onCancel}>
              {words.cancel}
            </button>
          }
        >
          <TextField
            name="holder"
            label={words.fields.holder}
            autoComplete="name"
            data-first
            maxLength={80}
          />
          <TextField name="iban" label={words.fields.iban} autoComplete="off" spellCheck={false} />
          <CountryField name="country" country={prefill?.['country']} />
        </Form>
      </>
    )}
  </Dialog>
)
