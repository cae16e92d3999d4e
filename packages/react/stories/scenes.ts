import type { Refused } from '@boardwalk/client'
import type { InMemoryClient } from '../src/testing/index.ts'
import { clientOf, storyNames, type StoryName } from './onboardings.ts'
import { gateMessages } from './texts.ts'

/** A state that a page comes to only after something happened on it. */
type Later = {
  readonly of: StoryName
  /** Steps without which a gate stops a request. */
  readonly blocks?: readonly string[]
  readonly refuses?: Refused
  /** What the person presses, as a selector. */
  readonly press?: string
}

const later: Readonly<Record<string, Later>> = {
  'skipped-shown': { of: 'skipped', press: '.bw-guide .bw-plain[aria-expanded="false"]' },
  'completed-unfolded': { of: 'completed', press: '.bw-guide > .bw-fold[aria-expanded="false"]' },
  restored: { of: 'dismissed', press: '.bw-launcher' },
  snoozed: { of: 'first', press: '.bw-nudge .bw-quiet' },
  'guard-rail': { of: 'first', blocks: ['payments'] },
  'guard-rail-several': { of: 'partial', blocks: ['email', 'payments', 'theme'] },
  'guard-rail-restricted': { of: 'restricted', blocks: ['payments'] },
  'guard-rail-failed': {
    of: 'first',
    blocks: ['theme'],
    refuses: { code: 'unreached', message: '' },
    press: '.bw-dialog .bw-primary',
  },
}

/** Every state of the kit: those that a page begins with, and those that it comes to. */
export const sceneNames: readonly string[] = [...storyNames, ...Object.keys(later)]

const isStory = (name: string): name is StoryName => storyNames.some((one) => one === name)
const storyOf = (name: string): StoryName => later[name]?.of ?? (isStory(name) ? name : 'first')

/** The client of a page that begins with this scene. */
export const sceneClient = (name: string, language: string, delayMs = 0): InMemoryClient =>
  clientOf(storyOf(name), { language, delayMs })

const pressed = (selector: string): Promise<void> =>
  new Promise((resolve) => {
    // What is loaded when it is needed comes a moment later.
    const look = (): void => {
      const found = document.querySelector<HTMLElement>(selector)
      if (found === null) return void requestAnimationFrame(look)
      found.click()
      resolve()
    }
    look()
  })

/** Lets happen what the scene is of; resolves when it is seen. */
export const play = async (name: string, language: string, client: InMemoryClient): Promise<void> => {
  const { blocks, refuses, press } = later[name] ?? {}
  if (blocks?.[0] !== undefined)
    client.block(blocks[0], {
      missingSteps: [...blocks],
      message: gateMessages[language] ?? '',
    })
  if (refuses !== undefined) client.refuseNext(refuses)
  if (press !== undefined) await pressed(press)
}
