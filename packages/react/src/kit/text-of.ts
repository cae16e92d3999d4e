/** What is no text is none: React throws at an object, and takes the host's whole page with it. */
export const textOf = (given: unknown): string => (typeof given === 'string' ? given : '')
