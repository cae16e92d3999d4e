import { CommandError } from '../command.ts'

export const filesIn = (words: readonly string[], form: string): readonly string[] => {
  if (words.length > 0) return words
  throw new CommandError(`Say which files: boardwalk ${form}`)
}

export const versionIn = (word: string | undefined, form: string): number => {
  if (word !== undefined && /^[1-9]\d{0,8}$/.test(word)) return Number(word)
  throw new CommandError(`"${word ?? ''}" is not the number of a version: boardwalk ${form}`)
}
