import {
  accountFlowKeys,
  announce,
  changeNotice,
  happeningNotice,
  type Change,
  type Concerned,
  type Database,
} from '@boardwalk/store'

/** Tells all processes what was committed here, soon after and seldom enough to cost nothing. */
export type Announcer = {
  /** There are new happenings to read. */
  readonly happened: () => void
  /** What these people read may have changed. */
  readonly changed: (concerned: Concerned) => void
  /** Tells at once what is still to be told. */
  readonly stop: () => Promise<void>
}

// Commits that come fast share one notice.
const restMs = 50
// About what fits into a notice; more than that concerns everybody.
const mostIds = 200

/** Whom a person's change concerns: the person, and all who share the account's steps that it settled. */
export const concernedBy = (change: Change): Concerned => {
  const { userId, accountId } = change.after
  const shared = accountId !== null && accountFlowKeys(change).length > 0
  return { people: [userId], accounts: shared ? [accountId] : [] }
}

export const announcer = (database: Database): Announcer => {
  let news = false
  let everybody = false
  const people = new Set<string>()
  const accounts = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const tell = async (): Promise<void> => {
    timer = undefined
    const concerned: Concerned = everybody ? 'everybody' : { people: [...people], accounts: [...accounts] }
    const anybody = everybody || people.size + accounts.size > 0
    const notices = [
      ...(news ? [happeningNotice] : []),
      ...(anybody ? [changeNotice(database.schema, concerned)] : []),
    ]
    news = everybody = false
    people.clear()
    accounts.clear()
    // All who listen also look by themselves; a notice that fails only makes them later.
    await announce(database.query, notices).catch(() => undefined)
  }

  const soon = (): void => {
    timer ??= setTimeout(() => void tell(), restMs).unref()
  }

  return {
    happened: () => {
      news = true
      soon()
    },
    changed: (concerned) => {
      if (concerned === 'everybody') everybody = true
      else {
        for (const id of concerned.people) people.add(id)
        for (const id of concerned.accounts) accounts.add(id)
      }
      // A flood of changes must not be kept for long, nor told one by one.
      if (people.size + accounts.size > mostIds) everybody = true
      if (everybody) [people, accounts].forEach((ids) => ids.clear())
      soon()
    },
    stop: async () => {
      if (timer === undefined) return
      clearTimeout(timer)
      await tell()
    },
  }
}
