import { describe, expect, test } from 'vitest'
import { operations, type OperationRow } from '@boardwalk/contract'
import { pino } from 'pino'
import { createBoardwalk } from '../src/index.ts'
import { refuseUnfitOperations } from '../src/http/check-operations.ts'
import { serveOperations, type Handlers } from '../src/http/serve-operations.ts'

const handlers = Object.fromEntries(
  Object.keys(operations).map((id) => [id, () => ({ status: 204, body: null })]),
)

const burn = {
  method: 'post',
  path: '/api/admin/burn',
  summary: 'Burn it',
  caller: { kind: 'server', scope: 'flows:write' },
  audit: { target: 'everything' },
  parameters: {},
  answers: { 204: null },
  errors: [],
} as const satisfies OperationRow

const without = (name: keyof typeof burn): OperationRow => {
  const { [name]: _, ...row } = burn
  return row as unknown as OperationRow
}

const serve = (served: object) => () =>
  serveOperations({
    handlers: served as Handlers,
    ways: { findKey: async () => undefined },
    limits: { take: () => Promise.reject(new Error('Nobody is counted here')) },
    log: pino({ level: 'silent' }),
  })

describe('an operation', () => {
  test.each<[string, OperationRow]>([
    ['does not say who may call it', without('caller')],
    ['does not say who may call it', { ...burn, caller: { kind: 'everyone' } as never }],
    [
      'asks for the scope "flows:burn", which there is not',
      { ...burn, caller: { kind: 'server', scope: 'flows:burn' as never } },
    ],
    ['asks for the scope "undefined", which there is not', { ...burn, caller: { kind: 'either' } as never }],
    [
      'asks for the scope "toString", which there is not',
      { ...burn, caller: { kind: 'server', scope: 'toString' as never } },
    ],
    ['does not say whether it is audited', without('audit')],
  ])('that %s is not served', (flaw, row) => {
    expect(() => refuseUnfitOperations({ ...operations, burn: row })).toThrow(
      `Boardwalk does not start: burn ${flaw}.`,
    )
  })

  test('that says it all is', () => {
    expect(() =>
      refuseUnfitOperations({ ...operations, burn }, { ...handlers, burn: () => undefined }),
    ).not.toThrow()
    expect(serve(handlers)).not.toThrow()
  })

  test('without a handler is not served, nor is a handler without an operation', () => {
    const { killRelease: _, ...others } = handlers
    expect(serve(others)).toThrow('killRelease has no handler')
    expect(serve({ ...handlers, burn: () => undefined })).toThrow('burn is no operation')
  })

  test('that is unfit keeps Boardwalk from being created', () => {
    const table = operations as { [id: string]: OperationRow }
    table['burn'] = without('caller')
    try {
      expect(() => createBoardwalk({ database: {} })).toThrow('burn does not say who may call it')
    } finally {
      delete table['burn']
    }
    expect(() => createBoardwalk({ database: {} })).not.toThrow()
  })
})
