export type Finding = {
  /** What was looked at, for machines: never renamed. */
  readonly check: string
  readonly level: 'ok' | 'warning' | 'bad'
  readonly found: string
  readonly expected?: string
  /** How to mend it. */
  readonly todo?: string
}

type Mend = { readonly expected: string; readonly todo: string }

export const fine = (check: string, found: string): Finding => ({ check, level: 'ok', found })
export const warning = (check: string, found: string, mend: Mend): Finding => ({
  check,
  level: 'warning',
  found,
  ...mend,
})
export const bad = (check: string, found: string, mend: Mend): Finding => ({
  check,
  level: 'bad',
  found,
  ...mend,
})

const marks = { ok: 'ok  ', warning: 'WARN', bad: 'BAD ' }

export const printed = ({ level, found, expected, todo }: Finding): string =>
  [
    `${marks[level]} ${found}`,
    ...(expected === undefined ? [] : [`       expected: ${expected}`]),
    ...(todo === undefined ? [] : [`       to do: ${todo}`]),
  ].join('\n')
