import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,apps}/*/test/**/*.test.ts', 'examples/test/**/*.test.ts', 'scripts/test/*.test.ts'],
    globalSetup: ['packages/store/test-kit/global-setup.ts'],
    // Most files wait for a database or a clock more than they compute.
    maxWorkers: Math.min(availableParallelism() + 1, 8),
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
