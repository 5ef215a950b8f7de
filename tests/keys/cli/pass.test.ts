import { describe, expect, it } from "vitest";
import { printPasses } from "../../../lib/keys/cli/quantum/pass.ts";

const now = Date.UTC(2026, 10, 23, 12);

function run(...args: string[]): string[] {
  const lines: string[] = [];
  expect(printPasses(args, (line) => void lines.push(line), now)).toBe(0);
  return lines;
}

describe("the command that lists passes", () => {
  it("lists the next passes of one station with the key they would give", () => {
    const lines = run("--station", "pt-ogs-azo", "--days", "1");
    expect(lines[0]).toMatch(/^rise +station +satellite/);
    const rows = lines.filter((line) => line.includes("pt-ogs-azo"));
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.some((line) => / night +[1-9]\d* kbit/.test(line))).toBe(true);
    expect(rows.filter((line) => line.includes(" day ")).every((line) => line.includes(" 0 kbit"))).toBe(
      true,
    );
  });

  it("gives the same as JSON, with the course of a pass, and the same again for the same seed", () => {
    const args = ["--from", "2026-11-23T18:00Z", "--days", "0.5", "--seed", "5", "--json"];
    const [line = ""] = run(...args);
    expect(run(...args)).toEqual([line]);
    const answer = JSON.parse(line);
    expect(answer.simulated).toBe(true);
    expect(answer.passes.length).toBeGreaterThan(5);
    expect(answer.course.moments.length).toBeGreaterThan(10);
    expect(answer.course.moments[0]).toHaveProperty("lossDb");
  });

  it("names the parameter that is out of its range, and the range", () => {
    expect(() => run("--days", "90")).toThrow("days is 90; it must be from 0.01 to 30");
    expect(() => run("--station", "atlantis")).toThrow(/station is atlantis; it must be one of .*pt-ogs-azo/);
    expect(() => run("--from", "yesterday")).toThrow("from is yesterday");
    expect(() => run("--seed=-1")).toThrow("seed is -1");
    expect(() => run("--network", "mars")).toThrow("network is mars");
    expect(() => run("--orbits", "3")).toThrow("orbits");
  });
});
