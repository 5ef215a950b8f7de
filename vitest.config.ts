import { defineConfig } from "vitest/config";

const common = { testTimeout: 30_000, hookTimeout: 60_000 };

/** Whole engines, real links, models and the check of the boundaries: unit tests that the inner loop leaves out. */
const long = [
  "tests/boundaries/**/*.test.ts",
  "tests/messenger/*.test.ts",
  "tests/messenger/{content,devices,files}/**/*.test.ts",
  "tests/keys/{links,space}/**/*.test.ts",
  "tests/protocol/{groups,history}.test.ts",
  "tests/protocol/model/**/*.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: "unit",
          maxWorkers: 2,
          include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
          exclude: ["tests/integration/**", "tests/browser/**", "tests/faults/**", ...long],
        },
      },
      {
        test: {
          ...common,
          name: "long",
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          include: long,
        },
      },
      {
        test: {
          ...common,
          name: "integration",
          sequence: { groupOrder: 1 },
          include: ["tests/integration/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 90_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...common,
          name: "faults",
          sequence: { groupOrder: 2 },
          include: ["tests/faults/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
