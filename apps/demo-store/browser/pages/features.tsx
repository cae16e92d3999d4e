import { themes } from '../../src/choices.ts'
import type { StoreView } from '../../src/store-view.ts'
import type { ReactNode } from 'react'
import { Form, LongTextField, TextField } from '../parts/form.tsx'
import { Frame, Sheet } from '../parts/frame.tsx'
import { useStore } from '../parts/store-context.ts'
import { words } from '../texts.ts'

const leave = (): void => location.assign('/dashboard')

type Props = {
  readonly title: string
  readonly lead?: string
  readonly path: string
  readonly submit?: string
  readonly children: (view: StoreView) => ReactNode
}

/** A page on which one thing of the store is set, and which leads back to the dashboard then. */
const FeaturePage = ({ title, lead, path, submit = words.save, children }: Props) => {
  const { view } = useStore()
  return (
    <Frame>
      <Sheet back title={title} {...(lead !== undefined && { lead })}>
        <Form path={path} submit={submit} onDone={leave}>
          {children(view)}
        </Form>
      </Sheet>
    </Frame>
  )
}

export const ThemePage = () => (
  <FeaturePage title={words.theme.title} lead={words.theme.lead} path="/api/store/theme">
    {({ store }) => (
      <fieldset className="themes">
        <legend className="unseen">{words.theme.title}</legend>
        {themes.map((theme) => (
          <label key={theme} className="theme" data-swatch={theme}>
            <input
              type="radio"
              name="theme"
              value={theme}
              defaultChecked={theme === (store.theme ?? themes[0])}
            />
            <span>{words.themes[theme]}</span>
          </label>
        ))}
      </fieldset>
    )}
  </FeaturePage>
)

export const ProductFields = ({ store }: Pick<StoreView, 'store'>) => (
  <>
    <TextField name="name" label={words.fields.product} autoComplete="off" maxLength={80} />
    <TextField
      name="price"
      label={words.fields.price(store.currency)}
      inputMode="decimal"
      autoComplete="off"
    />
  </>
)

export const NewProductPage = () => (
  <FeaturePage title={words.product.title} path="/api/store/products" submit={words.product.submit}>
    {({ store }) => <ProductFields store={store} />}
  </FeaturePage>
)

export const DomainPage = () => (
  <FeaturePage title={words.domain.title} lead={words.domain.lead} path="/api/store/domain">
    {({ store }) => (
      <TextField
        name="domain"
        label={words.fields.domain}
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        defaultValue={store.domain ?? ''}
      />
    )}
  </FeaturePage>
)

export const LegalPage = () => (
  <FeaturePage title={words.legal.title} lead={words.legal.lead} path="/api/store/legal">
    {({ store }) => (
      <LongTextField
        name="impressum"
        label={words.fields.impressum}
        defaultValue={store.impressum ?? ''}
        maxLength={5000}
      />
    )}
  </FeaturePage>
)
