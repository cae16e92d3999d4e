import {
  createContext,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
  type ComponentProps,
  type ReactNode,
  type SubmitEvent,
} from 'react'
import type { Refusal } from '../../src/store-view.ts'
import { askStore, newKey } from '../store-requests.ts'
import { words } from '../texts.ts'

const Problems = createContext<NonNullable<Refusal['problems']>>({})

type FormProps<Body> = {
  readonly path: string
  readonly submit: string
  readonly onDone: (answer: Body) => void
  /** Sent along with what the fields say. */
  readonly fixed?: Readonly<Record<string, string>>
  /** Beside the button that sends. */
  readonly aside?: ReactNode
  readonly children: ReactNode
}

/** Sends its fields to the store as JSON, and shows what the store says to each of them. */
export const Form = <Body,>({ path, submit, onDone, fixed, aside, children }: FormProps<Body>) => {
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal>()
  const form = useRef<HTMLFormElement>(null)
  const left = useRef<AbortController>(undefined)
  // Who cancels has given it up: nothing is done in their name any more.
  useEffect(() => () => left.current?.abort(), [])
  // The same form sent again, after a failure, is the same request.
  const key = useRef(newKey())

  const send = async (): Promise<void> => {
    const values = { ...Object.fromEntries(new FormData(form.current ?? undefined)), ...fixed }
    const { signal } = (left.current = new AbortController())
    setBusy(true)
    const answer = await askStore<Body>('POST', path, values, { key: key.current, signal })
    if (signal.aborted) return
    setBusy(false)
    if (answer.kind === 'ok') {
      key.current = newKey()
      setRefusal(undefined)
      return onDone(answer.body)
    }
    setRefusal(answer.refusal)
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (!busy) void send()
  }

  return (
    // The store checks, and says it in the person's language.
    <form ref={form} onSubmit={onSubmit} noValidate aria-busy={busy}>
      <Problems value={refusal?.problems ?? {}}>{children}</Problems>
      <p className="problem" role="alert">
        {refusal?.link ? <a href={refusal.link}>{refusal.message}</a> : refusal?.message}
      </p>
      <div className="row end">
        {aside}
        <button type="submit" className="primary" aria-disabled={busy}>
          {refusal && !refusal.problems ? words.retry : submit}
        </button>
      </div>
    </form>
  )
}

type FieldProps = { readonly name: string; readonly label: string }

const useField = (name: string) => {
  const id = useId()
  const problem = useContext(Problems)[name]
  const described = problem ? { 'aria-invalid': true, 'aria-describedby': `${id}-problem` } : {}
  return { id, problem, props: { id, name, ...described } }
}

const Framed = ({
  field: { id, problem },
  label,
  children,
}: {
  readonly field: ReturnType<typeof useField>
  readonly label: string
  readonly children: ReactNode
}) => (
  <div className="field">
    <label htmlFor={id}>{label}</label>
    {children}
    {problem && (
      <p className="problem" id={`${id}-problem`}>
        {problem}
      </p>
    )}
  </div>
)

export const TextField = ({ name, label, ...input }: FieldProps & ComponentProps<'input'>) => {
  const field = useField(name)
  return (
    <Framed field={field} label={label}>
      <input {...input} {...field.props} />
    </Framed>
  )
}

export const LongTextField = ({ name, label, ...input }: FieldProps & ComponentProps<'textarea'>) => {
  const field = useField(name)
  return (
    <Framed field={field} label={label}>
      <textarea rows={6} {...input} {...field.props} />
    </Framed>
  )
}

type Choice = { readonly value: string; readonly text: string }

export const ChoiceField = ({
  name,
  label,
  choices,
  ...select
}: FieldProps & { readonly choices: readonly Choice[] } & ComponentProps<'select'>) => {
  const field = useField(name)
  return (
    <Framed field={field} label={label}>
      <select {...select} {...field.props}>
        {choices.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Framed>
  )
}
