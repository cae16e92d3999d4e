import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from 'node:child_process'
import { debianProgram } from '@boardwalk/store/test-kit'

export type Nginx = {
  readonly address: string
  /** Reloads it so that it asks the process on this port no more; without a port it asks both again. */
  readonly without: (port?: number) => Promise<void>
  readonly stop: () => Promise<void>
}

const reloadMs = 3_000
const shipped = new URL('../../../../operation/nginx/boardwalk.conf', import.meta.url)

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}

const around = (folder: string, inner: string): string => `
daemon off;
worker_processes 2;
pid ${folder}/pid;
error_log ${folder}/errors warn;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${inner}
}`

/** nginx with the configuration that we ship, before these two ports. `changed` is for controls. */
export const startNginx = async (
  [first, second]: readonly [number, number],
  changed: (configuration: string) => string = (same) => same,
): Promise<Nginx> => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-nginx-'))
  const port = await freePort()
  const inner = (await readFile(shipped, 'utf8'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('127.0.0.1:4000', `127.0.0.1:${first}`)
    .replace('127.0.0.1:4001', `127.0.0.1:${second}`)
  const file = join(folder, 'nginx.conf')
  const write = (port?: number): Promise<void> => {
    const down = port === undefined ? inner : inner.replace(`127.0.0.1:${port} `, `127.0.0.1:${port} down `)
    return writeFile(file, around(folder, changed(down)))
  }
  await write()
  const child = spawn(debianProgram('nginx'), ['-p', folder, '-e', join(folder, 'errors'), '-c', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = once(child, 'exit')
  const address = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    const answers = await fetch(address).then(
      () => true,
      () => false,
    )
    if (answers) break
    if (child.exitCode !== null || tries > 200)
      throw new Error(`nginx did not start: ${await readFile(join(folder, 'errors'), 'utf8')}`)
    await sleep(50)
  }
  return {
    address,
    without: async (left) => {
      await write(left)
      child.kill('SIGHUP')
      // The workers before it end once they have answered; the new ones have long begun then.
      await sleep(reloadMs)
    },
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      const errors = await readFile(join(folder, 'errors'), 'utf8')
      if (process.env['PROOF_SHOW_NGINX']) console.log(errors)
    },
  }
}
