import type { StoreView } from '../../src/store-view.ts'
import { Name } from '../parts/with-name.tsx'
import { money, words } from '../texts.ts'

const { dashboard: texts } = words

export const Products = ({ view: { products, store } }: { readonly view: StoreView }) => (
  <section className="card" aria-labelledby="products-title">
    <div className="spread">
      <h2 id="products-title">{texts.products}</h2>
      <a href="/store/products/new">{texts.addProduct}</a>
    </div>
    {products.length === 0 && <p className="faint">{texts.noProducts}</p>}
    <ul className="list">
      {products.map(({ id, name, priceCents }) => (
        <li key={id} className="spread">
          <Name>{name}</Name>
          <span className="faint">{money(priceCents, store.currency)}</span>
        </li>
      ))}
    </ul>
  </section>
)

export const Members = ({ view: { members, person, store } }: { readonly view: StoreView }) => (
  <section className="card" aria-labelledby="members-title">
    <h2 id="members-title">{texts.members}</h2>
    <ul className="list">
      {members.map(({ id, name, role }) => (
        <li key={id} className="spread">
          <span>
            <Name>{name}</Name>
            {id === person.id && <span className="faint"> ({texts.you})</span>}
          </span>
          <span className="faint">{words.roles[role]}</span>
        </li>
      ))}
    </ul>
    {store.invitationLink !== null && (
      <p className="invitation">
        {texts.invitation}
        <a href={store.invitationLink}>{`${location.origin}${store.invitationLink}`}</a>
      </p>
    )}
  </section>
)
