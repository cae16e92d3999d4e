'use client'
import { useId, type ReactNode } from 'react'
import { Control } from '../kit/control.tsx'
import { Frame } from '../kit/frame.tsx'
import { Heading } from '../kit/heading.tsx'
import { useLook } from '../kit/kit.ts'
import { laterEnglish } from '../kit/later-english.ts'

export type WelcomeScreenViewProps = {
  readonly remainingSteps: number
  readonly onStart: () => void
  readonly onLater: () => void
  /** In place of "Welcome". */
  readonly title?: string | undefined
  /** In place of the sentence on how many steps there are: what the host promises, or its one question. */
  readonly children?: ReactNode
}

/** One screen, in the page and not over it. */
export const WelcomeScreenView = (props: WelcomeScreenViewProps) => {
  const { remainingSteps, onStart, onLater, title, children } = props
  const { words } = useLook()
  const id = useId()
  return (
    <Frame
      look="bw-welcome"
      aria-labelledby={`${id}title`}
      rescue={() => () => document.querySelector<HTMLElement>('.bw-guide [data-open] button')}
    >
      <Heading id={`${id}title`} className="bw-title">
        {title ?? words('welcome.title', {}, laterEnglish)}
      </Heading>
      {children ?? <p>{words('welcome.text', { n: remainingSteps }, laterEnglish)}</p>}
      <div className="bw-actions">
        <Control look="primary" text={words('welcome.start', {}, laterEnglish)} onPress={onStart} />
        <Control look="quiet" text={words('welcome.later', {}, laterEnglish)} onPress={onLater} />
      </div>
    </Frame>
  )
}
