// No blanks, control characters or backslashes: browsers drop or bend them.
const path = String.raw`/(?![/\\])[^\0- \\]*`
const site = String.raw`https?://[^\0- \\@/?#]+(?![^/?#])[^\0- \\]*`
const ownPath = new RegExp(`^${path}$`)
const page = new RegExp(`^(?:${path}|${site})$`, 'i')

/** A path of the page's own origin; never another one's, however browsers bend slashes. */
export const isOwnPath = (url: string): boolean => ownPath.test(url)

/** Addresses in a flow come from whoever wrote it: only web pages and the host's own paths are followed. */
export const safeUrl = (url: string | undefined): string | undefined =>
  url !== undefined && page.test(url) ? url : undefined
