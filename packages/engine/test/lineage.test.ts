import { describe, expect, test } from 'vitest'
import type { FlowDocument } from '../src/flow.ts'
import { checkRenames, lineagesOf, type EarlierVersion } from '../src/lineage.ts'

type Named = { id: string; renamedFrom?: string; version?: number }

const documentOf = (steps: (string | Named)[]): FlowDocument => ({
  name: 'shop',
  priority: 0,
  gates: {},
  plans: [],
  nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 80, stopAfterDays: 28 },
  steps: steps.map((step) => ({
    version: 1,
    title: 'A step',
    required: false,
    weight: 1,
    scope: 'person',
    completion: 'claim',
    onVersionChange: 'keep',
    ...(typeof step === 'string' ? { id: step } : step),
  })),
})

/** The lineages of the last of these versions, each stored after the one before. */
const lineagesAfter = (versions: (string | Named)[][]): Record<string, string> => {
  const earlier: EarlierVersion[] = []
  for (const [index, steps] of versions.entries()) {
    const document = documentOf(steps)
    earlier.unshift({ version: index + 1, document, lineages: lineagesOf(document, index + 1, earlier) })
  }
  return earlier[0]?.lineages ?? {}
}

describe('a step takes up the state', () => {
  test.each<[string, (string | Named)[][], Record<string, string>]>([
    ['of its own id', [['a'], ['a', 'b']], {}],
    ['of the step it was renamed from', [['a'], [{ id: 'b', renamedFrom: 'a' }]], { b: 'a' }],
    [
      'through a chain of renames',
      [['a'], [{ id: 'b', renamedFrom: 'a' }], [{ id: 'c', renamedFrom: 'b' }]],
      { c: 'a' },
    ],
    [
      'of a rename that later versions do not repeat',
      [['a'], [{ id: 'b', renamedFrom: 'a' }], ['b']],
      { b: 'a' },
    ],
    [
      'of a rename that later versions repeat',
      [['a'], [{ id: 'b', renamedFrom: 'a' }], [{ id: 'b', renamedFrom: 'a' }]],
      { b: 'a' },
    ],
    ['of nobody when the former step never was', [[{ id: 'b', renamedFrom: 'a' }]], {}],
    ['of a step that was gone for a while', [['a'], ['x'], ['a']], {}],
    [
      'of nobody when its old id went on under another',
      [['a'], [{ id: 'b', renamedFrom: 'a' }], ['b', 'a']],
      { b: 'a', a: 'a@3' },
    ],
    [
      'of the one last there when two branches meet',
      [['a'], [{ id: 'b', renamedFrom: 'a' }], ['a'], ['a', 'b']],
      { b: 'b@4' },
    ],
    [
      'back under its first id',
      [['a'], [{ id: 'b', renamedFrom: 'a' }], [{ id: 'a', renamedFrom: 'b' }]],
      {},
    ],
    [
      'of one another when two swap names',
      [
        ['a', 'b'],
        [{ id: 'x', renamedFrom: 'a' }, 'b'],
        [
          { id: 'a', renamedFrom: 'b' },
          { id: 'b', renamedFrom: 'x' },
        ],
      ],
      { a: 'b', b: 'a' },
    ],
  ])('%s', (_name, versions, expected) => {
    expect(lineagesAfter(versions)).toEqual(expected)
  })
})

test('a rename to a lower version is a problem, because what was done would not count', () => {
  const earlier = [{ version: 1, document: documentOf([{ id: 'a', version: 2 }]), lineages: {} }]
  expect(checkRenames(documentOf([{ id: 'b', renamedFrom: 'a' }]), earlier)).toEqual([
    expect.objectContaining({ path: 'steps[0].version', found: '1', expected: '2 or more' }),
  ])
  expect(checkRenames(documentOf([{ id: 'b', renamedFrom: 'a', version: 2 }]), earlier)).toEqual([])
})
