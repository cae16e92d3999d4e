// What people may choose from, for the server that checks it and the browser that offers it.
export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

export const roles = ['owner', 'staff', 'admin'] as const
export type Role = (typeof roles)[number]

export const markets = ['FR', 'DE', 'GB', 'US', 'ES', 'IT'] as const
export type Market = (typeof markets)[number]

export const plans = ['free', 'team', 'business'] as const
export type Plan = (typeof plans)[number]

export const themes = ['sea', 'sand', 'night'] as const
export type Theme = (typeof themes)[number]

export const appearances = ['light', 'dark'] as const
export type Appearance = (typeof appearances)[number]

/** Made up, all of them. */
export const accountingApps = ['ledgerbird', 'quillbook', 'pennyfold'] as const
export type AccountingApp = (typeof accountingApps)[number]

/** So far the clock of the demo can be set ahead. */
export const mostDaysAhead = 60

export const pictures = ['tote', 'mug', 'candle'] as const
export type Picture = (typeof pictures)[number]

const currencies: Partial<Record<Market, string>> = { GB: 'GBP', US: 'USD' }

export const currencyOf = (market: Market): string => currencies[market] ?? 'EUR'
