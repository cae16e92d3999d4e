import { useState } from 'react'
import type { StoreView } from '../../src/store-view.ts'
import { Card } from '../parts/card.tsx'
import { Form } from '../parts/form.tsx'
import { Frame, PageHead, PageTitle } from '../parts/frame.tsx'
import { useStore } from '../parts/store-context.ts'
import { WithName } from '../parts/with-name.tsx'
import { words } from '../texts.ts'
import { ProductFields } from './features.tsx'
import { ProductList } from './product-list.tsx'

const { products: texts } = words

export const ProductsPage = () => {
  const { view, show } = useStore()
  const [added, setAdded] = useState<{ readonly count: number; readonly name: string }>()
  const onDone = (now: StoreView): void => {
    show(now)
    setAdded({ count: now.products.length, name: now.products.at(-1)?.name ?? '' })
  }
  return (
    <Frame>
      <PageTitle title={texts.title} />
      <PageHead title={texts.title} lead={texts.lead} />
      <div className="dashboard">
        <Card title={words.dashboard.products}>
          <ProductList />
        </Card>
        <Card title={words.product.title}>
          {/* A new form after each product. */}
          <Form<StoreView>
            key={added?.count}
            path="/api/store/products"
            submit={words.product.submit}
            onDone={onDone}
          >
            <ProductFields store={view.store} />
          </Form>
          <p role="status" className="good">
            {added && <WithName text={texts.added(added.name)} />}
          </p>
        </Card>
      </div>
    </Frame>
  )
}
