import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { validationDocument } from "./validation/document.ts";
import { blockExperiments, forgeryExperiments } from "./validation/experiments.ts";
import { publishedFigures, shareOfTolerance } from "./validation/published.ts";

const path = resolve(import.meta.dirname, "../../docs/PHYSICS-VALIDATION.md");
const tables = publishedFigures();
const blocks = blockExperiments();
const experiments = [...blocks.rows, ...forgeryExperiments()];

describe("the physics of the links", () => {
  it.each(
    tables.flatMap(({ title, figures }) =>
      figures.map((figure) => [title, figure.quantity, figure] as const),
    ),
  )("agrees with what was published: %s, %s", (_, __, figure) => {
    expect(shareOfTolerance(figure)).toBeLessThanOrEqual(1);
  });

  it.each(experiments.map((experiment) => [experiment.quantity, experiment] as const))(
    "is simulated as it is computed: %s",
    (_, { analytic, measured, sigma }) => {
      expect(Math.abs(measured - analytic)).toBeLessThanOrEqual(3 * sigma);
    },
  );

  it("gives both ends the same key in every block", () => {
    expect(blocks.equalKeys).toBe(true);
  });

  it("is documented as it is", () => {
    const text = validationDocument(tables, experiments);
    if (process.env.WRITE_PHYSICS_VALIDATION !== undefined) writeFileSync(path, text);
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});
