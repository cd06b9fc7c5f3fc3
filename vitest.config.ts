import { defineConfig } from 'vitest/config';

// No test depends on the machine's speed: this only ends what hangs.
const hang = { testTimeout: 900_000, hookTimeout: 900_000, teardownTimeout: 120_000 };

export default defineConfig({
  test: {
    // They wait for servers more than they compute.
    maxWorkers: 4,
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          ...hang,
          include: ['test/**/*.test.ts'],
          exclude: ['test/contract/**', 'test/real/**', 'test/simulation/**', 'test/browser/**'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'contract',
          sequence: { groupOrder: 0 },
          ...hang,
          include: ['test/contract/**/*.test.ts'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'browser',
          sequence: { groupOrder: 0 },
          ...hang,
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'simulation',
          // It takes all processors itself.
          sequence: { groupOrder: 1 },
          ...hang,
          // Tens of thousands of worlds.
          testTimeout: 1_800_000,
          include: ['test/simulation/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'real',
          sequence: { groupOrder: 2 },
          include: ['test/real/**/*.test.ts'],
          globalSetup: ['test/build.ts', 'test/real/setup.ts'],
          // One pair of servers for all of them, in turn.
          fileParallelism: false,
          ...hang,
        },
      },
    ],
  },
});
