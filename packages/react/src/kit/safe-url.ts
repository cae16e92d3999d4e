// No blanks, control characters or backslashes: browsers drop or bend them.
const page = /^(?:\/(?![/\\])|https?:\/\/[^\0- \\@/?#]+(?![^/?#]))[^\0- \\]*$/i

/** Addresses in a flow come from whoever wrote it: only web pages and the host's own paths are followed. */
export const safeUrl = (url: string | undefined): string | undefined =>
  url !== undefined && page.test(url) ? url : undefined

/**
 * A path of the page's own origin for a router; never another one's, however browsers bend slashes. With `//` in it a
 * router that takes dots out may find another host: the browser follows that one by itself.
 */
export const isOwnPath = (url: string): boolean => safeUrl(url)?.startsWith('/') === true && !/^[^?#]*\/\//.test(url)
