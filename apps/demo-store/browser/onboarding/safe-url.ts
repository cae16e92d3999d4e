/** Addresses in a flow come from whoever wrote it: only those of pages are followed. */
export const safeUrl = (url: string | undefined): string | undefined =>
  url !== undefined &&
  URL.canParse(url, location.href) &&
  /^https?:$/.test(new URL(url, location.href).protocol)
    ? url
    : undefined
