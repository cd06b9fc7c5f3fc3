import { defineConfig } from 'vitest/config';

// No test depends on the machine's speed: this only ends what hangs.
const hang = { testTimeout: 900_000, hookTimeout: 900_000, teardownTimeout: 120_000 };

export default defineConfig({
  test: {
    // They wait for servers more than they compute. Those on real servers take one worker all the time.
    maxWorkers: 6,
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          ...hang,
          include: ['test/**/*.test.ts'],
          exclude: ['test/contract/**', 'test/real/**', 'test/simulation/**', 'test/browser/**'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'contract',
          ...hang,
          include: ['test/contract/**/*.test.ts'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'browser',
          ...hang,
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'simulation',
          ...hang,
          // Tens of thousands of worlds.
          testTimeout: 1_800_000,
          include: ['test/simulation/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/all.ts'],
          globalSetup: ['test/build.ts', 'test/real/setup.ts'],
          ...hang,
        },
      },
    ],
  },
});
