import {
  CompletionNudge,
  SetupGuide,
  SetupGuideLauncher,
  useSetupGuide,
  WelcomeScreen,
} from '@boardwalk/react'
import { Card } from '../parts/card.tsx'
import { Frame, PageHead, PageTitle } from '../parts/frame.tsx'
import { useStore } from '../parts/store-context.ts'
import { isolated, WithName } from '../parts/with-name.tsx'
import { words } from '../texts.ts'
import { Members } from './members.tsx'
import { ProductList } from './product-list.tsx'
import { Sales } from './sales.tsx'
import { Selling } from './selling.tsx'

const { dashboard: texts } = words

const HiddenGuide = () =>
  useSetupGuide().standing === 'dismissed' ? (
    <Card title={words.settings.guide}>
      <p className="faint">{words.settings.guideHidden}</p>
      <SetupGuideLauncher />
    </Card>
  ) : null

export const Dashboard = () => {
  const { view } = useStore()
  const title = texts.title(view.store.ownerName)
  return (
    <Frame>
      <PageTitle title={isolated(title)} />
      <PageHead title={<WithName text={title} />}>
        <p className="pill" data-open={view.store.publishedAt ? '' : undefined}>
          {view.store.publishedAt ? texts.open : texts.draft}
        </p>
      </PageHead>
      <WelcomeScreen title={words.guide.welcome} />
      <CompletionNudge />
      <div className="dashboard">
        <div className="column">
          <SetupGuide />
          <HiddenGuide />
        </div>
        <div className="column beside">
          <Selling />
          <Sales />
          <Members />
        </div>
        <Card title={texts.products} aside={<a href="/store/products/new">{texts.addProduct}</a>}>
          <ProductList />
        </Card>
      </div>
    </Frame>
  )
}
