import { StrictMode, useState, type ComponentProps } from 'react'
import { createRoot } from 'react-dom/client'
import { createOnboarding } from '@boardwalk/client'
import { GuardRailModal, OnboardingProvider, type OpenModal } from '@boardwalk/react'
import { modals } from './modals.tsx'

const asked = new URLSearchParams(location.search)
const Modal = modals[asked.get('library') as keyof typeof modals]
const client = createOnboarding({ url: '/boardwalk', tabs: null })

/** A form in a modal of the host, whose request a gate may stop. */
const Publishing = () => {
  const [open, setOpen] = useState(false)
  const [told, setTold] = useState('')
  const publish = async (form: FormData): Promise<void> => {
    const response = await client.guardFetch(`/publish/${form.get('gate') as string}`, {
      method: 'POST',
      body: JSON.stringify({ name: form.get('name') }),
      headers: asked.has('keyless') ? {} : { 'Idempotency-Key': crypto.randomUUID() },
    })
    setTold(response.ok ? `Published as ${await response.text()}` : `Stopped: ${response.status}`)
  }
  const submit: ComponentProps<'form'>['onSubmit'] = (event) => {
    event.preventDefault()
    void publish(new FormData(event.currentTarget))
  }
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Publish…
      </button>
      <Modal title="Publish your shop" open={open} onOpenChange={setOpen}>
        <form onSubmit={submit}>
          <label>
            Name <input name="name" defaultValue="" />
          </label>
          <label>
            Behind{' '}
            <select name="gate">
              <option>terms</option>
              <option>payments</option>
            </select>
          </label>
          <button type="submit">Publish</button>
          <output>{told}</output>
        </form>
      </Modal>
    </>
  )
}

const App = () => {
  const [paying, setPaying] = useState<(completed: boolean) => void>()
  const openModal: OpenModal = (_, { done }) => setPaying(() => done)
  const close = (completed: boolean): void => {
    setPaying(undefined)
    paying?.(completed)
  }
  const pay = async (): Promise<void> => {
    await fetch('/payments', { method: 'POST' })
    close(true)
  }
  return (
    <OnboardingProvider client={client} locale="en" modals={openModal}>
      <main>
        <h1>A shop</h1>
        <Publishing />
        <Modal title="Payments" open={paying !== undefined} onOpenChange={(open) => !open && close(false)}>
          <button type="button" onClick={() => void pay()}>
            Save payments
          </button>
        </Modal>
      </main>
      <GuardRailModal />
    </OnboardingProvider>
  )
}

createRoot(document.querySelector('#page')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
