'use client'
import { useEffect, useId, useState } from 'react'
import type { Refused } from '@boardwalk/client'
import type { Onboarding } from '@boardwalk/contract'
import { useLook } from '../kit/kit.ts'
import type { Step } from '../kit/lead.ts'

/** What a guide is made of; the state of a client has it all. */
export type GuideData = {
  readonly onboarding: Onboarding
  /** Steps whose change is on its way. */
  readonly pending?: readonly string[] | undefined
  /** The server is away: nothing can be changed now. */
  readonly stale?: boolean | undefined
  readonly refused?: Refused | undefined
  readonly onComplete: (id: string) => void
  readonly onSkip: (id: string) => void
  /** Asks the server again. */
  readonly onRefresh: () => void
  /** Without it, the guide cannot be put away. */
  readonly onDismiss?: (() => void) | undefined
}

export type GuideModel = GuideData & {
  /** In order; those that were skipped on an earlier visit only when they are asked for. */
  readonly rows: readonly Step[]
  readonly hasSkipped: boolean
  readonly showsSkipped: boolean
  readonly toggleSkipped: () => void
  /** Id of the one step whose description is shown. */
  readonly openStep: string | undefined
  readonly toggleStep: (id: string) => void
  /** A guide that was finished on an earlier visit begins folded. */
  readonly folded: boolean
  readonly toggleFolded: () => void
  readonly titleId: string
  readonly staleId: string
  readonly stepsId: string
  /** For the element around it all: a section named by its title. */
  readonly getRootProps: () => {
    readonly 'aria-labelledby': string
    readonly lang: string
    readonly dir: 'ltr' | 'rtl' | undefined
    readonly 'data-complete': string | undefined
    readonly 'data-stale': string | undefined
  }
  /** For the bar. */
  readonly getProgressProps: () => {
    readonly role: 'progressbar'
    readonly 'aria-labelledby': string
    readonly 'aria-valuenow': number
    readonly 'aria-valuemin': 0
    readonly 'aria-valuemax': 100
    readonly 'aria-valuetext': string
  }
}

const firstToDo = ({ steps, nextStep }: Onboarding): string | undefined =>
  steps.find(({ required, status, locked, allowed }) => required && status === 'todo' && !locked && allowed)
    ?.id ??
  nextStep ??
  undefined

/** The guide's own memory (what is open, what was seen) over what the server says. */
export const useGuideModel = (data: GuideData): GuideModel => {
  const { words, locale, dir, turns } = useLook()
  const { onboarding } = data
  const { progress, position, steps, status } = onboarding
  const id = useId()
  // What was still to do when it was first seen here stays in place when it is skipped or finished: nothing jumps.
  const [seen] = useState(() => ({ todo: new Set<string>(), inProgress: false }))
  const [skippedShown, setSkippedShown] = useState<boolean>()
  const [folds, setFolds] = useState<boolean>()
  const [opened, setOpened] = useState<string | null>()
  useEffect(() => {
    for (const step of steps) if (step.status === 'todo') seen.todo.add(step.id)
    if (status === 'in_progress') seen.inProgress = true
  })

  useEffect(() => turns.claim('guide'), [turns])

  const isEarlier = (step: Step): boolean => step.status === 'skipped' && !seen.todo.has(step.id)
  const skipped = steps.filter((step) => step.status === 'skipped')
  const showsSkipped = skippedShown ?? !skipped.some(isEarlier)
  const folded = folds ?? (status === 'completed' && !seen.inProgress)
  const openStep = opened === undefined ? firstToDo(onboarding) : (opened ?? undefined)
  /** Who works in the guide keeps what they look at. */
  const keeping =
    (change: (stepId: string) => void) =>
    (stepId: string): void => {
      setOpened(openStep ?? null)
      change(stepId)
    }

  return {
    ...data,
    onComplete: keeping(data.onComplete),
    onSkip: keeping(data.onSkip),
    rows: steps.filter((step) => step.status !== 'skipped' || (skippedShown ?? !isEarlier(step))),
    hasSkipped: skipped.length > 0,
    showsSkipped,
    toggleSkipped: () => setSkippedShown(!showsSkipped),
    openStep,
    toggleStep: (stepId) => setOpened(openStep === stepId ? null : stepId),
    folded,
    toggleFolded: () => setFolds(!folded),
    titleId: `${id}title`,
    staleId: `${id}stale`,
    stepsId: `${id}steps`,
    getRootProps: () => ({
      'aria-labelledby': `${id}title`,
      lang: locale,
      dir,
      'data-complete': status === 'completed' ? '' : undefined,
      'data-stale': data.stale ? '' : undefined,
    }),
    getProgressProps: () => ({
      role: 'progressbar',
      'aria-labelledby': `${id}title`,
      'aria-valuenow': progress,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuetext': `${words('guide.position', position)}, ${words('guide.progress', { percent: progress })}`,
    }),
  }
}
