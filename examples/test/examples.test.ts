import { join } from 'node:path'
import { startHost } from './host-process.ts'
import { hostSuite } from './host-suite.ts'

for (const name of ['express', 'fastify', 'hono']) {
  hostSuite(name, (folder) =>
    startHost(
      [join(import.meta.dirname, `../${name}/main.ts`), '--port', '0', '--data', join(folder, 'data')],
      folder,
    ),
  )
}
