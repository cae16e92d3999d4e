import type { AccountingApp, Language, Market, Picture, Plan, Role, Theme } from './choices.ts'

export type Product = {
  readonly id: string
  readonly name: string
  readonly priceCents: number
  /** Of the samples. */
  readonly picture?: Picture | undefined
}

/** The answer of `GET /api/store`: what the signed-in person may see of their own store, and of nobody else's. */
export type StoreView = {
  readonly person: {
    readonly id: string
    readonly name: string
    readonly email: string
    readonly role: Role
    readonly language: Language
    readonly emailVerified: boolean
    /** The demo sends no mail: the page shows the link that would have been in it. */
    readonly verificationLink: string
  }
  readonly store: {
    readonly id: string
    readonly ownerName: string
    readonly market: Market
    readonly plan: Plan
    readonly currency: string
    readonly publishedAt: string | null
    readonly theme: Theme | null
    readonly domain: string | null
    readonly impressum: string | null
    readonly payments: { readonly country: Market; readonly ending: string } | null
    readonly accounting: AccountingApp | null
    /** For those who may invite others: the owner and admins. */
    readonly invitationLink: string | null
  }
  readonly products: readonly Product[]
  /** The last of them; a demo has no others. */
  readonly testOrders: { readonly count: number; readonly totalCents: number }
  readonly members: readonly { readonly id: string; readonly name: string; readonly role: Role }[]
}

/** The answer of a test order. */
export type OrderView = { readonly number: string; readonly totalCents: number; readonly currency: string }

/** What Boardwalk told the store of one of its members, by webhook. */
export type MessageView = {
  readonly id: string
  readonly type: string
  readonly at: string
  readonly personId: string
  readonly step: string | null
}

/** The newest first. */
export type MessagesView = { readonly messages: readonly MessageView[] }

/** Every refusal of the store's own routes; `problems` tells each field's. */
export type Refusal = {
  readonly error: string
  readonly message: string
  readonly problems?: { readonly [field: string]: string }
  /** Where the person gets further. */
  readonly link?: string
}
