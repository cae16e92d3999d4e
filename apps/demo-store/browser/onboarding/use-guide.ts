import { useCallback, useRef, useState } from 'react'
import { createRequests, routeOf, type Sent } from '@boardwalk/client'
import { useOnFocus } from '../parts/use-focus.ts'
import { signedInFetch } from '../store-requests.ts'
import { language, words } from '../texts.ts'

export type Guide = Extract<
  Sent<'getOnboarding'>,
  { readonly kind: 'answered'; readonly status: 200 }
>['body']
export type Step = Guide['steps'][number]

export type GuideState = {
  readonly guide?: Guide | undefined
  /** The last reading failed; an older guide is still there. */
  readonly failed: boolean
}

const getOnboarding = routeOf('getOnboarding', 'get', '/api/onboarding')
const changeStep = routeOf('changeStep', 'patch', '/api/onboarding/steps/{id}')
const headers = { 'accept-language': language }
const { send } = createRequests({ fetch: signedInFetch })

/** The person's onboarding as the server sees it: read at first, on request, and when the window is looked at again. */
export const useGuide = () => {
  const [state, setState] = useState<GuideState>({ failed: false })
  const readings = useRef(0)

  const read = useCallback(async (): Promise<void> => {
    readings.current += 1
    const reading = readings.current
    const sent = await send(getOnboarding, { headers })
    // An older answer that comes later tells less.
    if (reading !== readings.current) return
    if (sent.kind === 'answered' && sent.status === 200) setState({ guide: sent.body, failed: false })
    else setState((before) => ({ ...before, failed: true }))
  }, [])

  /** What a click claims. Answers what to tell the person when it is refused. */
  const change = useCallback(
    async (id: string, status: 'done' | 'skipped'): Promise<string | undefined> => {
      const sent = await send(changeStep, { path: { id }, body: { status }, headers })
      if (sent.kind === 'unreached') return words.error
      await read()
      return sent.kind === 'refused' ? sent.problem.message : undefined
    },
    [read],
  )

  useOnFocus(read)

  return { ...state, read, change }
}
