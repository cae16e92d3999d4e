import type { Onboarding } from '@boardwalk/contract'

/** A state of the server, with the tag to ask for a newer one. */
export type Tagged = { readonly onboarding: Onboarding; readonly etag?: string | undefined }

type FirstPaintOptions = {
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
  readonly storageKey?: string
}

const isObject = (value: unknown): boolean => Object(value) === value

/** Whether a screen can be made on it: any other JSON at this address is not Boardwalk’s. */
export const isOnboarding = (value: unknown): value is Onboarding => {
  const { steps, ...parts } = Object(value) as Onboarding
  return (
    Array.isArray(steps) &&
    steps.every(isObject) &&
    [parts.position, parts.nudge, parts.features, parts.guide, parts.welcome].every(isObject)
  )
}

/** Keeps what was seen last for the next visit. A storage that is full or forbidden is as good as none. */
export const firstPaint = ({ storage, storageKey = 'boardwalk' }: FirstPaintOptions) => ({
  load: (): Tagged | undefined => {
    try {
      const seen = JSON.parse(storage!.getItem(storageKey)!) as Tagged
      return isOnboarding(seen.onboarding) ? seen : undefined
    } catch {
      return undefined
    }
  },
  save: (seen: Tagged | undefined): void => {
    try {
      if (seen) storage!.setItem(storageKey, JSON.stringify(seen))
      else storage!.removeItem(storageKey)
    } catch {
      // As said.
    }
  },
})
