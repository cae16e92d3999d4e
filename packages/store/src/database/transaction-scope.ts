import { AsyncLocalStorage } from 'node:async_hooks'

/** Knows whether the caller stands inside a transaction of this database that has not ended. */
export function transactionScope() {
  const scope = new AsyncLocalStorage<{ ended: boolean }>()

  function refuseInside(what: string): void {
    const transaction = scope.getStore()
    if (transaction === undefined || transaction.ended) return
    throw new Error(
      `database.${what} was called inside database.transaction: use the session that is passed to the transaction, the database itself could wait for ever`,
    )
  }

  async function run<T>(work: () => Promise<T>): Promise<T> {
    const transaction = { ended: false }
    try {
      return await scope.run(transaction, work)
    } finally {
      transaction.ended = true
    }
  }

  return { refuseInside, run }
}
