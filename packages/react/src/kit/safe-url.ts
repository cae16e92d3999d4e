// No blanks, control characters or backslashes: browsers drop or bend them. No `//` behind a dot, or one that is encoded:
// a router that takes dots out would find another host.
const page = /^(?:\/(?!\/|[^?]*(\.|2e)\/\/)|https?:\/\/[^\0- \\@/?#]+(?![^/?#]))[^\0- \\]*$/i

/** Addresses in a flow come from whoever wrote it: only web pages and the host's own paths are followed. */
export const safeUrl = (url: string | undefined): string | undefined =>
  url !== undefined && page.test(url) ? url : undefined
