import { useState } from 'react'
import { SetupGuideLauncher, useSetupGuide } from '@boardwalk/react'
import type { StoreView } from '../../src/store-view.ts'
import { AppearanceSwitch } from '../parts/appearance-switch.tsx'
import { Card } from '../parts/card.tsx'
import { Form, TextField } from '../parts/form.tsx'
import { Frame, PageHead, PageTitle } from '../parts/frame.tsx'
import { LanguageSwitch } from '../parts/language-switch.tsx'
import { Segments } from '../parts/segments.tsx'
import { useStore } from '../parts/store-context.ts'
import { askStore } from '../store-requests.ts'
import { words } from '../texts.ts'

const { settings: texts } = words

const signOut = async (): Promise<void> => {
  const answer = await askStore('POST', '/api/sign-out', {})
  if (answer.kind === 'ok') location.assign('/sign-in')
}

const SignOut = () => (
  <button type="button" className="quiet" onClick={() => void signOut()}>
    {words.signOut}
  </button>
)

const You = () => {
  const { view, show } = useStore()
  const [saved, setSaved] = useState(false)
  const onDone = (now: StoreView): void => {
    show(now)
    setSaved(true)
  }
  return (
    <Card title={texts.you} aside={<SignOut />}>
      <Form<StoreView> path="/api/store/account/name" submit={words.save} onDone={onDone}>
        <TextField
          name="name"
          label={words.fields.name}
          autoComplete="name"
          maxLength={80}
          defaultValue={view.person.name}
        />
      </Form>
      <p role="status" className="good">
        {saved && texts.saved}
      </p>
    </Card>
  )
}

const Guide = () => {
  const isHidden = useSetupGuide().standing === 'dismissed'
  return (
    <Card title={texts.guide} aside={<a href="/onboarding">{words.guide.open}</a>}>
      <p className="faint">{isHidden ? texts.guideHidden : texts.guideShown}</p>
      <SetupGuideLauncher />
    </Card>
  )
}

const TimeTravel = () => {
  const { daysAhead, showDaysAhead } = useStore()
  const [problem, setProblem] = useState<string>()
  const travel = async (days: number): Promise<void> => {
    const answer = await askStore('POST', '/api/store/clock', { days })
    setProblem(answer.kind === 'ok' ? undefined : answer.refusal.message)
    if (answer.kind === 'ok') showDaysAhead(days)
  }
  const later = [1, 6, 8].map((days) => ({ value: days, text: texts.later(days) }))
  return (
    <Card title={texts.clock} anchor="clock">
      <p className="faint">{texts.clockLead}</p>
      <Segments
        label={texts.clock}
        chosen={daysAhead}
        segments={[{ value: 0, text: texts.now }, ...later]}
        onChoose={(days) => void travel(days)}
      />
      <p className="problem" role="alert">
        {problem}
      </p>
    </Card>
  )
}

export const SettingsPage = () => (
  <Frame>
    <div className="narrow column">
      <PageTitle title={texts.title} />
      <PageHead title={texts.title} />
      <You />
      <Card title={texts.language}>
        <p className="faint">{texts.languageLead}</p>
        <LanguageSwitch />
      </Card>
      <Card title={texts.appearance}>
        <AppearanceSwitch />
      </Card>
      <Guide />
      <TimeTravel />
    </div>
  </Frame>
)
