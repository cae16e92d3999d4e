import type { VersionTag } from '@boardwalk/store'

/** `"3"`, or with the beginning of its content's hash: `"3-9f86d081884c"`. */
const isTagOf =
  ({ version, contentHash }: VersionTag) =>
  (tag: string): boolean => {
    const [, number, hash = ''] = /^"(\d+)(?:-([0-9a-f]+))?"$/.exec(tag.trim()) ?? []
    return tag.trim() === '*' || (Number(number) === version && contentHash.startsWith(hash))
  }

/** Whether an `If-Match` names the newest version: two editors must not publish past each other. */
export const isNewest =
  (ifMatch: string | null) =>
  (newest: VersionTag): boolean =>
    ifMatch === null || ifMatch.split(',').some(isTagOf(newest))
