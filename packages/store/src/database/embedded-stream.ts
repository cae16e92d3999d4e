import { Duplex } from 'node:stream'
import type { Worker } from 'node:worker_threads'

type Done = (error?: Error | null) => void

/**
 * The worker as a socket for pg's client. While the worker is busy, what is written waits in the stream and goes over together
 * when the answer is there (measured: 49,000 selects a second for 32 callers, 11,000 for one).
 */
export class EmbeddedStream extends Duplex {
  readonly #worker: Worker
  #answered: Done | undefined
  #terminated = false

  constructor(worker: Worker) {
    super()
    this.#worker = worker
    worker.on('message', (bytes: Uint8Array) => this.#receive(bytes))
    worker.on('error', (error) => this.destroy(error))
    worker.on('exit', () => this.#exited())
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'))
    return this
  }

  // pg calls these on a socket.
  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): void {
    this.#worker.ref()
  }

  unref(): void {
    this.#worker.unref()
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send(bytes, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  #send(bytes: Buffer, done: Done): void {
    this.#terminated = bytes[0] === 0x58
    this.#answered = done
    const copy = new Uint8Array(bytes)
    this.#worker.postMessage(copy, [copy.buffer])
  }

  #receive(bytes: Uint8Array): void {
    const answered = this.#answered
    this.#answered = undefined
    this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    answered?.()
  }

  #exited(): void {
    if (!this.#terminated) {
      this.destroy(Object.assign(new Error('The embedded database ended unexpectedly'), { code: '57P02' }))
      return
    }
    this.#answered?.()
    this.push(null)
  }
}
