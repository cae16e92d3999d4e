import { parseArgs } from 'node:util'
import { serve as listen, stopOnSignal } from '@boardwalk/server'
import { configured } from '../configured.ts'
import { orDatabaseAdvice } from '../doctor/database-advice.ts'

export const serve = async (words: string[]): Promise<void> => {
  const { values } = parseArgs({
    args: words,
    options: { port: { type: 'string' }, data: { type: 'string' } },
  })
  const configuration = configured(values)
  const serving = await orDatabaseAdvice(configuration, listen(configuration))
  console.log(`Boardwalk listens on ${serving.address}`)
  stopOnSignal(serving.stop)
}
