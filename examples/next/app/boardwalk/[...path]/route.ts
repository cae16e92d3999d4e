import { host } from '../../../boardwalk.ts'

/** Boardwalk under /boardwalk: the same request, without the prefix. */
const serve = (request: Request): Promise<Response> => {
  const url = new URL(request.url)
  url.pathname = url.pathname.slice('/boardwalk'.length)
  return host.boardwalk.fetch(new Request(url, request))
}

export { serve as DELETE, serve as GET, serve as PATCH, serve as POST, serve as PUT }
