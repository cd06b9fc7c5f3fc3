import { defineConfig } from 'vitest/config';

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
          testTimeout: 60_000,
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**', 'test/simulation/**', 'test/browser/**'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'browser',
          sequence: { groupOrder: 0 },
          testTimeout: 60_000,
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/build.ts'],
        },
      },
      {
        test: {
          name: 'simulation',
          sequence: { groupOrder: 1 },
          // It takes all processors itself.
          testTimeout: 600_000,
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
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
