import { useEffect } from 'react'

/** Does it whenever the window is looked at again. */
export const useOnFocus = (read: () => Promise<void>): void => {
  useEffect(() => {
    const onFocus = (): void => void read()
    window.addEventListener('focus', onFocus)
    return () => window.removeEventListener('focus', onFocus)
  }, [read])
}
