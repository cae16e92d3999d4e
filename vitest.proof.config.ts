import { defineConfig } from 'vitest/config'

/** The slow proofs: several processes, kills, faults, a real browser. Sizes: PROOF_ROUNDS (races), PROOF_PROCESSES, PROOF_KILLS, PROOF_CRASHES, PROOF_FAILOVERS, PROOF_IMPORT_ROWS. */
export default defineConfig({
  test: {
    include: [
      'packages/*/test/proofs/*.proof.ts',
      'examples/test/proofs/*.proof.ts',
      'e2e/*.{test,proof}.ts',
    ],
    globalSetup: ['packages/store/test-kit/global-setup.ts', 'e2e/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    // Until a test gives up, not until something must have happened: machines that build may stand still for long.
    expect: { poll: { timeout: 60_000 } },
  },
})
