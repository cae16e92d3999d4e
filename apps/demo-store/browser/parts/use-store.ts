import { useCallback, useState } from 'react'
import type { StoreView } from '../../src/store-view.ts'
import { askStore } from '../store-requests.ts'
import { useOnFocus } from './use-focus.ts'

export type StoreState = {
  readonly view?: StoreView
  /** It could not be read; what was read before is still there. */
  readonly problem?: string
}

/** The signed-in person's store. */
export const useStore = () => {
  const [state, setState] = useState<StoreState>({})
  const read = useCallback(async (): Promise<void> => {
    const answer = await askStore<StoreView>('GET', '/api/store')
    setState((before) =>
      answer.kind === 'ok' ? { view: answer.body } : { ...before, problem: answer.refusal.message },
    )
  }, [])
  const show = useCallback((view: StoreView): void => setState({ view }), [])
  useOnFocus(read)
  return { ...state, read, show }
}
