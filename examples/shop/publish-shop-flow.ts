import type { Boardwalk } from '@boardwalk/server'

/** The onboarding of the shop. Publishing the same again at the next start changes nothing. */
export const publishShopFlow = (boardwalk: Boardwalk) =>
  boardwalk.verbs.publishFlow({
    name: 'example-shop',
    steps: [
      { id: 'profile', title: 'Complete your profile', action: { type: 'redirect', url: '/profile' } },
      {
        id: 'payments',
        title: 'Set up payments',
        required: true,
        completion: 'proof', // a click in the browser is not enough, POST /payments proves it
        action: { type: 'open_modal', modal: 'payments_setup' },
        gate: { message: 'You need to set up payments before you publish your shop' },
      },
    ],
    gates: { publish: { steps: ['payments'], critical: true } },
  })
