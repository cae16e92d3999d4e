import type { StoreView } from '../../src/store-view.ts'
import { Form } from '../parts/form.tsx'
import { Frame, Sheet } from '../parts/frame.tsx'
import { useStore } from '../parts/store-context.ts'
import { WithName } from '../parts/with-name.tsx'
import { words } from '../texts.ts'

const { email: texts } = words
const code = new URLSearchParams(location.search).get('code')

/** Opening the link changes nothing yet: programs that look at mail open links too. */
const Confirmation = ({
  given,
  onDone,
}: {
  readonly given: string
  readonly onDone: (view: StoreView) => void
}) => (
  <Form<StoreView>
    path="/api/store/account/verify-email"
    submit={texts.confirm}
    fixed={{ code: given }}
    onDone={onDone}
  >
    {null}
  </Form>
)

export const EmailPage = () => {
  const { view, show } = useStore()
  return (
    <Frame>
      <Sheet back title={texts.title}>
        {view.person.emailVerified && (
          <p role="status" className="good">
            {texts.confirmed}
          </p>
        )}
        {!view.person.emailVerified && code !== null && <Confirmation given={code} onDone={show} />}
        {!view.person.emailVerified && code === null && (
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
