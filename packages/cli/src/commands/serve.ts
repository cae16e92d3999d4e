import { parseArgs } from 'node:util'
import { serve as listen } from '@boardwalk/server'
import type { Command } from '../command.ts'
import { configured } from '../configured.ts'
import { orDatabaseAdvice } from '../doctor/database-advice.ts'
import { stopOnSignal } from '@boardwalk/server'

export const serve: Command = {
  name: 'serve',
  usage: ['serve [--port 4000] [--data FOLDER]'],
  summary: 'runs Boardwalk as a process of its own',
  run: async (words) => {
    const { values } = parseArgs({
      args: words,
      options: { port: { type: 'string' }, data: { type: 'string' } },
    })
    const configuration = configured(values)
    const serving = await orDatabaseAdvice(configuration, listen(configuration))
    console.log(`Boardwalk listens on ${serving.address}`)
    stopOnSignal(serving.stop)
  },
}
