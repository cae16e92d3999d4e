import { SetupGuide, SetupGuideLauncher } from '@boardwalk/react'
import { Frame, PageHead, PageTitle } from '../parts/frame.tsx'
import { words } from '../texts.ts'

const { guide: texts } = words

/** The guide alone. */
export const GuidePage = () => (
  <Frame>
    <div className="narrow">
      <PageTitle title={texts.title} />
      <PageHead title={texts.title} lead={texts.lead} />
      <SetupGuide />
      <SetupGuideLauncher />
    </div>
  </Frame>
)
