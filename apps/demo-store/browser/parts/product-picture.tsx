import type { Picture } from '../../src/choices.ts'

const drawings = {
  tote: (
    <>
      <path className="line" d="M46 38V28a14 14 0 0 1 28 0v10" />
      <path className="shape" d="M32 36h56l5 42H27z" />
      <path className="line" d="M46 36v8M74 36v8" />
    </>
  ),
  mug: (
    <>
      <path className="line" d="M78 40h6a11 11 0 0 1 0 22h-8" />
      <path className="shape" d="M36 30h42v38a10 10 0 0 1-10 10H46a10 10 0 0 1-10-10z" />
      <path className="line" d="M36 44h42M50 22q-4-4 0-8t0-8M64 22q-4-4 0-8t0-8" />
    </>
  ),
  candle: (
    <>
      <path className="flame" d="M60 10c9 9 9 18 0 20-9-2-9-11 0-20z" />
      <path className="line" d="M60 30v8" />
      <rect className="shape" x="44" y="38" width="32" height="40" rx="3" />
      <path className="line" d="M44 46c6 8 10-2 16 4s10-6 16 2" />
    </>
  ),
  parcel: (
    <>
      <path className="shape" d="M60 14l34 15v34L60 78 26 63V29z" />
      <path className="line" d="M26 29l34 15 34-15M60 44v34M43 21.500l34 15v13" />
    </>
  ),
} as const

/** A drawing of the samples; of everything else, the parcel it would come in. Says nothing that the name does not. */
export const ProductPicture = ({
  picture = 'parcel',
}: {
  readonly picture?: Picture | 'parcel' | undefined
}) => (
  <svg className="picture" data-picture={picture} viewBox="0 0 120 90" aria-hidden="true">
    {drawings[picture]}
  </svg>
)
