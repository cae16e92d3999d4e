const firstMs = 100
const longestMs = 10_000

/** How long to wait after so many failures in a row: ever longer, and never all at the same moment. */
export const backOffMs = (failures: number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)
