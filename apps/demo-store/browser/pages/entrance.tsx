import { plans } from '../../src/choices.ts'
import { CountryField } from '../parts/country-field.tsx'
import { ChoiceField, Form, TextField } from '../parts/form.tsx'
import { Frame, Sheet } from '../parts/frame.tsx'
import { words } from '../texts.ts'

const asked = new URLSearchParams(location.search)

/** Only ever a path of this store: what stands in the address may come from anybody. */
const inside = (path: string | null): string => {
  const url = new URL(path ?? '/dashboard', location.origin)
  return url.origin === location.origin ? url.pathname + url.search : '/dashboard'
}

const enter = (): void => location.assign(inside(asked.get('next')))

const Name = () => <TextField name="name" label={words.fields.name} autoComplete="name" maxLength={80} />
const Email = ({ given = '' }: { readonly given?: string }) => (
  <TextField name="email" type="email" label={words.fields.email} autoComplete="email" defaultValue={given} />
)

export const Register = () => (
  <Frame>
    <Sheet title={words.register.title} lead={words.register.lead}>
      <Form path="/api/register" submit={words.register.submit} fixed={{ role: 'owner' }} onDone={enter}>
        <Name />
        <Email />
        <CountryField name="market" />
        <ChoiceField
          name="plan"
          label={words.fields.plan}
          choices={plans.map((value) => ({ value, text: words.plans[value] }))}
        />
      </Form>
      <p>
        <a href="/sign-in">{words.register.known}</a>
      </p>
      <p>
        <a href="/join">{words.register.invited}</a>
      </p>
    </Sheet>
  </Frame>
)

const memberRoles = ['staff', 'admin'] as const

export const Join = () => (
  <Frame>
    <Sheet title={words.join.title} lead={words.join.lead}>
      <Form path="/api/register" submit={words.join.submit} onDone={enter}>
        <TextField
          name="invite"
          label={words.fields.invite}
          autoComplete="off"
          defaultValue={asked.get('invite') ?? ''}
        />
        <Name />
        <Email />
        <ChoiceField
          name="role"
          label={words.fields.role}
          choices={memberRoles.map((value) => ({ value, text: words.roles[value] }))}
        />
      </Form>
      <p>
        <a href="/register">{words.join.own}</a>
      </p>
    </Sheet>
  </Frame>
)

export const SignIn = () => (
  <Frame>
    <Sheet title={words.signIn.title} lead={words.signIn.lead}>
      <Form path="/api/sign-in" submit={words.signIn.submit} onDone={enter}>
        <Email given={asked.get('email') ?? ''} />
      </Form>
      <p>
        <a href="/register">{words.signIn.fresh}</a>
      </p>
    </Sheet>
  </Frame>
)
