/** What a server's answer or a host's id may hold is no command for a terminal. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ')
