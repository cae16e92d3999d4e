/** Next calls it once, at its start. */
export const register = async (): Promise<void> => {
  const { host } = await import('./boardwalk.ts')
  // Next loads a route at its first request; loaded now, it has said which step or gate it asks for.
  await Promise.all([import('./app/publish/route.ts'), import('./app/preview/route.ts')])
  // Refuses to start when no flow knows that. Left alone, Next would run on and answer 500 to everything.
  await host.start().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
}
