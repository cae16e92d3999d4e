import { parseArgs } from 'node:util'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { serve as listen, type Serving } from '@boardwalk/server'
import type { FlowInput } from '@boardwalk/contract'
import type { Command } from '../command.ts'
import { configured } from '../configured.ts'
import { developmentSecrets } from '../development-secrets.ts'
import { readFlowFile } from '../read-flow-file.ts'
import { signToken } from '../sign-token.ts'
import { stopOnSignal, stopWhenOrphaned } from '../stop-on-signal.ts'

const flowsFolder = 'flows'

/** Publishes the flows of the folder that the database does not have yet; what a team changed since is left alone. */
const publishMissing = async ({ boardwalk: { verbs } }: Serving): Promise<void> => {
  const files = await readdir(flowsFolder).catch(() => [])
  for (const file of files.toSorted((a, b) => (a < b ? -1 : 1))) {
    const document = (await readFlowFile(join(flowsFolder, file))) as FlowInput
    if (await verbs.hasFlow(document.name)) continue
    await verbs.publishFlow(document, 'First start')
    console.log(`Published the flow "${document.name}" from ${join(flowsFolder, file)}`)
  }
}

/** Commands look at port 4000 by themselves. */
const there = (address: string): string => (address.endsWith(':4000') ? '' : `BOARDWALK_URL=${address} `)

export const start: Command = {
  name: 'start',
  usage: ['start [--port 4000] [--data FOLDER]'],
  summary: 'runs Boardwalk to try it out: makes secrets, publishes flows/',
  run: async (words) => {
    const { values } = parseArgs({
      args: words,
      options: { port: { type: 'string' }, data: { type: 'string' } },
    })
    const given = configured(values)
    const secrets = await developmentSecrets()
    const serving = await listen({
      ...given,
      jwtSecret: given.jwtSecret ?? secrets.jwtSecret,
      apiKey: given.apiKey ?? secrets.apiKey,
    })
    stopOnSignal(serving.stop)
    stopWhenOrphaned(serving.stop)
    await publishMissing(serving)
    const claims = { role: 'owner', market: 'FR', locale: 'fr', account: 'shop-1' }
    const token = await signToken(given.jwtSecret ?? secrets.jwtSecret, 'ada', claims)
    console.log(
      [
        '',
        `Boardwalk listens on ${serving.address}`,
        '',
        'What does Ada, owner of a shop in France, have to do? Try:',
        '',
        `  curl -s ${serving.address}/api/onboarding -H 'Authorization: Bearer ${token}'`,
        '',
        `Other people: npx boardwalk token USER. Your own flow: ${there(serving.address)}npx boardwalk flows push FILE --publish. Ctrl-C stops.`,
        '',
      ].join('\n'),
    )
  },
}
