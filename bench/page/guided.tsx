import { createOnboarding, type OnboardingOptions } from '@boardwalk/client'
import { OnboardingProvider, SetupGuide } from '@boardwalk/react'
import { showShop } from './shop.tsx'

// The host's server puts it there, or nothing: then the page asks for it.
const given = document.querySelector('#initial')?.textContent
const initial = given ? (JSON.parse(given) as NonNullable<OnboardingOptions['initial']>) : undefined
const client = createOnboarding({ url: '/boardwalk', ...(initial && { initial }) })

showShop(
  <OnboardingProvider client={client} locale="en">
    <SetupGuide />
  </OnboardingProvider>,
)
