/** Stops in good order on SIGTERM or Ctrl-C; a second signal does not wait. */
export const stopOnSignal = (stop: () => Promise<void>): void => {
  let stopping = false
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
