import { currencyOf } from './choices.ts'
import type { Person, Shops } from './shops.ts'
import type { StoreView } from './store-view.ts'

const mayInvite = ({ role }: Person): boolean => role === 'owner' || role === 'admin'

export const presentStore = (shops: Shops, { id: personId }: Person): StoreView => {
  const person = shops.person(personId)!
  const shop = shops.shopOf(person)
  const members = shops.members(shop)
  const { id, name, email, role, language, emailVerified, verificationCode } = person
  return {
    person: {
      id,
      name,
      email,
      role,
      language,
      emailVerified,
      verificationLink: `/account/email?code=${verificationCode}`,
    },
    store: {
      id: shop.id,
      ownerName: members.find((member) => member.role === 'owner')?.name ?? '',
      market: shop.market,
      plan: shop.plan,
      currency: currencyOf(shop.market),
      publishedAt: shop.publishedAt ?? null,
      theme: shop.theme ?? null,
      domain: shop.domain ?? null,
      impressum: shop.impressum ?? null,
      payments: shop.payments ? { country: shop.payments.country, ending: shop.payments.ending } : null,
      accounting: shop.integration?.told ? shop.integration.app : null,
      invitationLink: mayInvite(person) ? `/join?invite=${shop.invitationCode}` : null,
    },
    products: shop.products.map((product) => ({
      id: product.id,
      name: product.name,
      priceCents: product.priceCents,
      picture: product.picture,
    })),
    testOrders: {
      count: shop.orders.length,
      totalCents: shop.orders.reduce((sum, { totalCents }) => sum + totalCents, 0),
    },
    members: members.map((member) => ({ id: member.id, name: member.name, role: member.role })),
  }
}
