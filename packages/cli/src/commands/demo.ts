import { parseArgs } from 'node:util'
import { CommandError } from '../command.ts'
import { configured } from '../configured.ts'
import { hourMs } from '../demo/moments.ts'
import { seedYear } from '../demo/seed.ts'

const mostPeople = 1_000_000
const mostSeed = 1_000_000_000

const text = { type: 'string' } as const

const wholeNumber = (option: string, given: string, most: number): number => {
  const number = /^\d{1,10}$/.test(given) ? Number(given) : 0
  if (number >= 1 && number <= most) return number
  const expected = `a whole number from 1 to ${most.toLocaleString('en')}`
  throw new CommandError(`--${option} is ${JSON.stringify(given.slice(0, 40))}, expected ${expected}.`)
}

/** The end of that day, but not later than this hour: nothing happens in the future. */
const endOf = (day: string | undefined, now: number): number => {
  const thisHour = Math.floor(now / hourMs) * hourMs
  if (day === undefined) return thisHour
  const begins = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN
  const isDay = begins <= now && begins >= 0 && new Date(begins).toISOString().startsWith(day)
  if (isDay) return Math.min(begins + 24 * hourMs, thisHour)
  throw new CommandError(
    `--until is ${JSON.stringify(day.slice(0, 40))}, expected a past day such as 2026-03-31.`,
  )
}

const impatientMs = 1_000

/** Whether somebody wants it to stop. Terminals and npx may each send the same Ctrl-C; a later one does not wait. */
const stoppedBySignal = (): (() => boolean) => {
  let stoppedAt: number | undefined
  const onSignal = (): void => {
    stoppedAt ??= performance.now()
    if (performance.now() - stoppedAt > impatientMs) process.exit(1)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return () => stoppedAt !== undefined
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

const many = (count: number): string => `${count.toLocaleString('en')} people`

export const demo = async (words: string[]): Promise<void> => {
  const options = { people: text, seed: text, until: text, data: text, more: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: words, options })
  const people = wholeNumber('people', values.people ?? '100000', mostPeople)
  const seed = wholeNumber('seed', values.seed ?? '1', mostSeed)
  const until = endOf(values.until, Date.now())
  const isStopped = stoppedBySignal()
  const from = dayOf(until - 365 * 24 * hourMs)
  console.error(`${many(people)} of seed ${seed}, from ${from} to ${dayOf(until - 1)}. Ctrl-C stops.`)
  const began = performance.now()
  const asked = { people, seed, until, more: values.more ?? false, isStopped }
  const seeded = await seedYear(configured(values), asked)
  if (isStopped()) {
    const message = `Stopped at ${dayOf(seeded.until)}: ${many(seeded.came)} came until then, and stay. Begin anew in another database, or add to them with --more and another --seed.`
    throw new CommandError(message, 130)
  }
  const seconds = Math.round((performance.now() - began) / 1000)
  const data = values.data === undefined ? '' : ` -- --data ${values.data}`
  console.log(
    [
      `${many(seeded.came)} came within the year, in ${seconds} s. All is counted.`,
      '',
      'Look at it, with Boardwalk running in another terminal:',
      '',
      `  npm start${data}`,
      `  npx boardwalk analytics funnel --flow shop --from ${from}`,
      `  npx boardwalk analytics funnel --flow shop --from ${from} --compare version`,
      `  npx boardwalk analytics conversion --event merchant.first_checkout_attempt --from ${from}`,
    ].join('\n'),
  )
}
