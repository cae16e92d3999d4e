/** Each is 1 % wider than the one before: a time read from its middle is wrong by at most 0.5 %. */
const ratio = 1.01

/** Bin n holds times of 1.01^n up to 1.01^(n+1) milliseconds, bin 0 also shorter ones. */
export const durationBin = (ms: number): number => Math.floor(Math.log(Math.max(1, ms)) / Math.log(ratio))

/** In milliseconds: as far from the bin's one end as from the other, by ratio. */
export const binMiddleMs = (bin: number): number => ratio ** (bin + 0.5)
