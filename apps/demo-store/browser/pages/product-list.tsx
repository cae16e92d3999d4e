import { ProductPicture } from '../parts/product-picture.tsx'
import { useStore } from '../parts/store-context.ts'
import { Name } from '../parts/with-name.tsx'
import { money, words } from '../texts.ts'

export const ProductList = () => {
  const { products, store } = useStore().view
  if (products.length === 0) return <p className="faint">{words.dashboard.noProducts}</p>
  return (
    <ul className="products">
      {products.map(({ id, name, priceCents, picture }) => (
        <li key={id}>
          <ProductPicture picture={picture} />
          {picture && <span className="sample">{words.products.sample}</span>}
          <p>
            <Name>{name}</Name>
          </p>
          <p className="faint">{money(priceCents, store.currency)}</p>
        </li>
      ))}
    </ul>
  )
}
