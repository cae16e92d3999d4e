/** What a person may do so often: any request, settle a step, or put the reminder to sleep. */
export type Limit = 'requests' | 'step_updates' | 'snoozes'

const fields = 'of draft-ietf-httpapi-ratelimit-headers; `requests`, `step_updates`, `snoozes`'

/** Of every answer to a person, once they are known. */
export const limitHeaders = {
  RateLimit: `What is left (\`r\`), and in how many seconds all of it is again (\`t\`): ${fields}.`,
  'RateLimit-Policy': `How often (\`q\`) in how many seconds (\`w\`): ${fields}.`,
} as const
