export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** The full hour that it lies in. */
export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs
