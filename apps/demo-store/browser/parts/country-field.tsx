import { markets } from '../../src/choices.ts'
import { language, words } from '../texts.ts'
import { ChoiceField } from './form.tsx'

const names = new Intl.DisplayNames([language], { type: 'region' })
const choices = markets.map((value) => ({ value, text: names.of(value) ?? value }))

const isMarket = (value: unknown): value is string => markets.some((market) => market === value)

export const CountryField = ({ name, country }: { readonly name: string; readonly country?: unknown }) => (
  <ChoiceField
    name={name}
    label={words.fields.market}
    choices={choices}
    defaultValue={isMarket(country) ? country : markets[0]}
  />
)
