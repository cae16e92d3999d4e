/** Of several that are under way only the one that began last counts: an answer to an earlier one is older than what is shown. */
export const createNewest = (): (() => () => boolean) => {
  let last = 0
  return () => {
    const mine = ++last
    return () => mine === last
  }
}
