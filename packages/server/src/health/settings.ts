import { problemAt, type Operation } from '@boardwalk/contract'
import type { HealthSettings, Receiver } from '@boardwalk/engine/health'
import { Failure } from '../http/reply.ts'

type Update = Operation<'putHealthSettings'>['body']

/** Says where it leads, and nothing by which somebody else could send there. */
const masked = ({ id, kind, to }: Receiver): Receiver => ({
  id,
  kind,
  to: kind === 'email' ? to : `${new URL(to).origin}/…`,
})

export const presentSettings = ({ receivers, ...settings }: HealthSettings) => ({
  ...settings,
  receivers: receivers.map(masked),
})

const receiversAfter = (before: readonly Receiver[], update: Update): readonly Receiver[] | undefined =>
  update.receivers?.map(({ id, kind, to }, index) => {
    const known = before.find((one) => one.id === id && one.kind === kind)
    const kept = known?.to
    // Whoever sends back what they read has not changed it.
    if (known !== undefined && to === masked(known).to) return known
    if (to === undefined && kept === undefined) {
      const problem = problemAt(
        update,
        ['receivers', index, 'to'],
        'an address: there is no such receiver yet',
      )
      throw new Failure('invalid_request', `The body does not fit. ${problem.message}`, {
        problems: [problem],
      })
    }
    return { id, kind, to: to ?? kept ?? '' }
  })

export const settingsAfter = (before: HealthSettings, update: Update): HealthSettings => {
  const given = Object.entries(update).filter(([, value]) => value !== undefined)
  const receivers = receiversAfter(before.receivers, update)
  return { ...before, ...Object.fromEntries(given), ...(receivers && { receivers }) }
}
