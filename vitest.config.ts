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
    // Until a test gives up, not until something must have happened: machines that build may stand still for long.
    expect: { poll: { timeout: 60_000 } },
  },
})
