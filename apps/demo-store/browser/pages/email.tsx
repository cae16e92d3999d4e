import { Form } from '../parts/form.tsx'
import { Frame, Sheet } from '../parts/frame.tsx'
import { useStore } from '../parts/use-store.ts'
import { WithName } from '../parts/with-name.tsx'
import { words } from '../texts.ts'

const { email: texts } = words
const code = new URLSearchParams(location.search).get('code')

/** Opening the link changes nothing yet: programs that look at mail open links too. */
const Confirmation = ({ given, onDone }: { readonly given: string; readonly onDone: () => void }) => (
  <Form path="/api/store/account/verify-email" submit={texts.confirm} fixed={{ code: given }} onDone={onDone}>
    {null}
  </Form>
)

export const EmailPage = () => {
  const { view, problem, read } = useStore()
  return (
    <Frame person={view?.person}>
      <Sheet back title={texts.title}>
        {view === undefined && <p role="status">{problem ?? words.loading}</p>}
        {view?.person.emailVerified && (
          <p role="status" className="good">
            {texts.confirmed}
          </p>
        )}
        {view && !view.person.emailVerified && code !== null && (
          <Confirmation given={code} onDone={() => void read()} />
        )}
        {view && !view.person.emailVerified && code === null && (
          <>
            <p className="lead">
              <WithName text={texts.lead(view.person.email)} />
            </p>
            <blockquote className="mail">
              <p>{texts.mail}</p>
              <a href={view.person.verificationLink}>{`${location.origin}${view.person.verificationLink}`}</a>
            </blockquote>
          </>
        )}
      </Sheet>
    </Frame>
  )
}
