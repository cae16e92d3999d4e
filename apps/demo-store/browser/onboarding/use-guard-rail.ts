import { useCallback, useMemo, useRef, useState } from 'react'
import { guardFetch, type Blocked } from '@boardwalk/client'
import { signedInFetch } from '../store-requests.ts'

type Waiting = {
  readonly blocked: Blocked
  readonly answer: Promise<boolean>
  readonly settle: (done: boolean) => void
}

/** A `fetch` whose blocked requests wait for the person: for the missing step, or for their no. */
export const useGuardRail = () => {
  const [blocked, setBlocked] = useState<Blocked>()
  const waiting = useRef<Waiting>(undefined)

  const settle = useCallback((done: boolean): void => {
    waiting.current?.settle(done)
    waiting.current = undefined
    setBlocked(undefined)
  }, [])

  const guarded = useMemo(
    () =>
      guardFetch(
        (one) => {
          // Several at once are answered by one dialog.
          if (waiting.current === undefined) {
            const { promise, resolve } = Promise.withResolvers<boolean>()
            waiting.current = { blocked: one, answer: promise, settle: resolve }
            setBlocked(one)
          }
          return waiting.current.answer
        },
        { fetch: signedInFetch },
      ),
    [],
  )

  return { blocked, guarded, settle }
}
