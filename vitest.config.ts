import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,apps}/*/test/**/*.test.ts', 'examples/test/**/*.test.ts', 'scripts/test/*.test.ts'],
    globalSetup: ['packages/store/test-kit/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
