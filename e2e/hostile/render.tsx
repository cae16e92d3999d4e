import { renderToString } from 'react-dom/server'
import { HostilePage } from './hostile-page.tsx'

/** What a server sends of these texts. */
export const render = (texts: readonly string[]): string => renderToString(<HostilePage texts={texts} />)
