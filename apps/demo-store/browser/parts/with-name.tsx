import type { AroundName } from '../texts.ts'

// Embeddings, overrides and isolates: one that ends what it did not begin would get out of the element.
const controls = /[\u202A-\u202E\u2066-\u2069]/g

const tidy = (name: string): string => name.replaceAll(controls, '')

/** What people write may run from right to left; what stands beside it does not turn round with it. */
export const Name = ({ children }: { readonly children: string }) => <bdi>{tidy(children)}</bdi>

export const WithName = ({ text: [before, name, after] }: { readonly text: AroundName }) => (
  <>
    {before}
    <Name>{name}</Name>
    {after}
  </>
)

/** Where no elements can be: characters do the same there. */
export const isolatedName = (name: string): string => `\u2068${tidy(name)}\u2069`

export const isolated = ([before, name, after]: AroundName): string => before + isolatedName(name) + after
