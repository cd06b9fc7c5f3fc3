import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// No test depends on the machine's speed: this only ends what hangs.
const hang = { testTimeout: 900_000, hookTimeout: 900_000, teardownTimeout: 120_000 };

/** What takes longest begins first: the tests on real servers and the simulation, one file each. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ project }: TestSpecification) => project.name === 'real' || project.name === 'simulation';
    return (await super.sort(files)).sort((left, right) => Number(isLong(right)) - Number(isLong(left)));
  }
}

export default defineConfig({
  test: {
    // They wait for servers more than they compute.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
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
