import { Card } from '../parts/card.tsx'
import { useStore } from '../parts/store-context.ts'
import { money, words } from '../texts.ts'

const { dashboard: texts } = words

/** A demo sells nothing, and says so. */
export const Sales = () => {
  const { testOrders, store } = useStore().view
  return (
    <Card title={texts.sales}>
      {testOrders.count === 0 ? (
        <p className="faint">{texts.noSales}</p>
      ) : (
        <>
          <p className="figure">{money(testOrders.totalCents, store.currency)}</p>
          <p className="faint">
            {texts.testOrders(testOrders.count)}. {texts.noMoney}
          </p>
        </>
      )}
    </Card>
  )
}
