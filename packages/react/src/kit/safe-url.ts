// No blanks, control characters or backslashes: browsers drop or bend them.
const page = /^(?:\/(?![/\\])|https?:\/\/[^\0- \\@/?#]+(?![^/?#]))[^\0- \\]*$/i

/** Addresses in a flow come from whoever wrote it: only web pages and the host's own paths are followed. */
export const safeUrl = (url: string | undefined): string | undefined =>
  url !== undefined && page.test(url) ? url : undefined

/** A path of the page's own origin; never another one's, however browsers bend slashes. */
export const isOwnPath = (url: string): boolean => safeUrl(url)?.startsWith('/') === true
