import type { Handlers } from '../http/serve-operations.ts'
import type { OpenStreams } from './open-streams.ts'

export const streamHandlers = ({ open }: OpenStreams): Pick<Handlers, 'streamOnboarding'> => ({
  streamOnboarding: async ({ called }) => {
    if (called.kind !== 'person') throw new Error('This operation is for a person')
    const { userId, claims, expiresAt } = called
    return { stream: await open({ userId, account: claims.account }, expiresAt) }
  },
})
