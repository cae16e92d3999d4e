/** One plain mailbox, as SMTP takes it without quoting: nothing in it can end a header or a command. */
export const isMailbox = (text: string): boolean =>
  text.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d](?:[a-z\d.-]*[a-z\d])?$/i.test(text)
