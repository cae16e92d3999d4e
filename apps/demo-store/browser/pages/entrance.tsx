import { useState } from 'react'
import { plans, roles, type Role } from '../../src/choices.ts'
import { CountryField } from '../parts/country-field.tsx'
import { ChoiceField, Form, TextField } from '../parts/form.tsx'
import { Frame, Sheet } from '../parts/frame.tsx'
import { words } from '../texts.ts'
import { returnPath } from './return-path.ts'

const asked = new URLSearchParams(location.search)

const enter = (): void => location.assign(returnPath(asked.get('next'), location.origin))

const Name = () => <TextField name="name" label={words.fields.name} autoComplete="name" maxLength={80} />
const Email = ({ given = '' }: { readonly given?: string }) => (
  <TextField name="email" type="email" label={words.fields.email} autoComplete="email" defaultValue={given} />
)

const isRole = (value: string): value is Role => roles.some((role) => role === value)

const OwnStore = () => (
  <>
    <CountryField name="market" />
    <ChoiceField
      name="plan"
      label={words.fields.plan}
      choices={plans.map((value) => ({ value, text: words.plans[value] }))}
    />
  </>
)

type Choice = readonly [Role, ...Role[]]

/** Owners open a store of their own; everybody else joins one, and takes its country and plan. */
const Newcomer = ({ offered }: { readonly offered: Choice }) => {
  const [role, setRole] = useState(offered[0])
  const opens = role === 'owner'
  const { title, lead, submit } = opens ? words.register : words.join
  return (
    <Frame>
      <Sheet title={title} lead={lead}>
        <Form path="/api/register" submit={submit} onDone={enter}>
          <Name />
          <Email />
          <ChoiceField
            name="role"
            label={words.fields.role}
            value={role}
            onChange={({ target }) => isRole(target.value) && setRole(target.value)}
            choices={offered.map((value) => ({ value, text: words.roles[value] }))}
          />
          {opens ? (
            <OwnStore />
          ) : (
            <TextField
              name="invite"
              label={words.fields.invite}
              autoComplete="off"
              defaultValue={asked.get('invite') ?? ''}
            />
          )}
        </Form>
        <p>
          <a href="/sign-in">{words.register.known}</a>
        </p>
      </Sheet>
    </Frame>
  )
}

export const Register = () => <Newcomer offered={roles} />
/** Whoever is invited cannot open a store by mistake. */
export const Join = () => <Newcomer offered={['staff', 'admin']} />

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
