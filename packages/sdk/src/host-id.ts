const mostBytes = 255
const bytes = new TextEncoder()

/** Whether this can be the id of a person or account: the contract's rule, without the contract's code. */
export const isHostId = (id: unknown): id is string =>
  typeof id === 'string' &&
  /^\P{Cc}+$/u.test(id) &&
  id.isWellFormed() &&
  !/^\.\.?$/.test(id) &&
  bytes.encode(id).length <= mostBytes
