/** Of topics and of groups. */
export const expectedName = 'a name of 1 to 249 letters, digits, ".", "_" and "-"'

export const isName = (text: string): boolean => /^[\w.-]{1,249}$/.test(text)

/** Why a topic cannot be read and published to. */
export const loop = (topic: string): string =>
  `The topic ${JSON.stringify(topic)} is published to and among the sources: what is told would come back. Choose another.`
