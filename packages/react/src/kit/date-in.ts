/** Day and month as people of that language write them. */
export const dateIn = (locale: string, time: string): string =>
  new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' }).format(new Date(time))
