import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { isForgotten } from './src/db/driver.js';

export default defineConfig({
  // One realm of graphql: Vitest would resolve index.mjs while externalised packages load index.js.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['src/**/*.test.ts', 'seeds/**/*.test.ts', 'tests/**/*.test.ts'],
    // Files share what they import, which takes longer than most of them run; what they keep is in a database of their own. Half
    // of the work is PostgreSQL's, so one worker for each core leaves none of them idle.
    isolate: false,
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['tests/support/cluster.ts'],
    // As the process does.
    onUnhandledError: error => !isForgotten(error),
    // Generous: a hang must end, a busy machine must not fail.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
