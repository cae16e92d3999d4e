export type LimitOptions = {
  /** Of one person; default 100. A stream is one request. */
  readonly requestsPerMinute?: number
  /** Steps that one person does or skips; default 20. */
  readonly stepUpdatesPerMinute?: number
  /** How often one person puts the reminder to sleep; default 3. */
  readonly snoozesPerDay?: number
}

export const usualLimits = { requestsPerMinute: 100, stepUpdatesPerMinute: 20, snoozesPerDay: 3 } as const

/** Throws what is wrong with the options. */
export const checkLimits = (options: LimitOptions = {}): void => {
  for (const [name, quota] of Object.entries(options)) {
    if (quota !== undefined && !(Number.isSafeInteger(quota) && quota >= 1))
      throw new TypeError(`limits has ${name} ${JSON.stringify(quota)}, expected a whole number from 1 on.`)
  }
}
