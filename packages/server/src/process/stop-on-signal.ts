const watchMs = 1_000

/** npm does not always hand a signal on to what it started; when it is gone, so is the reason to run. */
export const stopWhenOrphaned = (stop: () => Promise<void>): void => {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) void stop().finally(() => process.exit(0))
  }, watchMs).unref()
}

/** Stops in good order on SIGTERM or Ctrl-C; a second signal does not wait. */
export const stopOnSignal = (stop: () => Promise<void>): void => {
  let stopping = false
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
