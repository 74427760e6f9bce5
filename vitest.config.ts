import { defineConfig } from 'vitest/config';
import { isForgotten } from './src/db/driver.js';

export default defineConfig({
  // One realm of graphql: Vitest would resolve index.mjs while externalised packages load index.js.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['src/**/*.test.ts', 'seeds/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['tests/support/cluster.ts'],
    // As the process does.
    onUnhandledError: error => !isForgotten(error),
    // Generous: a hang must end, a busy machine must not fail.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
