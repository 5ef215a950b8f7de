import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runQuantumCli } from "../../../lib/keys/cli/quantum/quantum-cli.ts";
import { drawPlot } from "../../../lib/keys/cli/quantum/svg-plot.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vernam-quantum-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = runQuantumCli(args, {
    now: () => Date.UTC(2026, 10, 23),
    print: (line) => out.push(line),
    printError: (line) => err.push(line),
  });
  return { status, out: out.join("\n"), err: err.join("\n") };
}

describe("quantum rate", () => {
  it("prints one JSON object with a finite rate below the endless one, below the repeaterless bound", () => {
    const { status, out } = run("rate", "--lossDb", "12", "--json");
    const { asymptotic, finite, repeaterlessBoundPerPulse } = JSON.parse(out);
    expect(status).toBe(0);
    expect(finite.secretBitsPerPulse).toBeGreaterThan(0);
    expect(finite.secretBitsPerPulse).toBeLessThan(asymptotic.secretBitsPerPulse);
    expect(asymptotic.secretBitsPerPulse).toBeLessThan(repeaterlessBoundPerPulse);
  });

  it.each(["metro", "long-haul", "ultra-low-loss", "satellite"])("knows the preset %s", (preset) => {
    const { status, out } = run("rate", "--preset", preset, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(out).finite.secretBits).toBeGreaterThan(0);
  });

  it("takes the same parameters from JSON as from options, and options win", () => {
    const path = join(folder, "link.json");
    writeFileSync(path, JSON.stringify({ lossDb: 9, misalignment: 0.02, deviation: "hoeffding" }));
    const fromFile = run("rate", "--input", path, "--json").out;
    expect(fromFile).toBe(
      run("rate", "--loss-db=9", "--misalignment", "0.02", "--deviation", "hoeffding", "--json").out,
    );
    expect(JSON.parse(run("rate", "--input", path, "--lossDb", "5", "--json").out).parameters.lossDb).toBe(5);
  });
});

describe("quantum simulate", () => {
  it("gives equal keys, and the same block again from the same seed", () => {
    const args = ["simulate", "--siftedBits", "100000", "--seed", "7", "--json"];
    const [first, second] = [run(...args), run(...args)].map(({ out }) => JSON.parse(out));
    expect(first.blocks[0].keysEqual).toBe(true);
    expect(first.blocks[0].seeded).toBe(true);
    expect({ ...second.blocks[0], processorSeconds: 0 }).toEqual({ ...first.blocks[0], processorSeconds: 0 });
  });

  it("says why a block gave no key and ends with status 3", () => {
    const { status, out } = run(
      ...[
        "simulate",
        "--siftedBits",
        "100000",
        "--seed",
        "1",
        "--attack",
        "intercept-resend",
        "--fraction",
        "0.5",
        "--json",
      ],
    );
    expect(status).toBe(3);
    expect(JSON.parse(out).blocks[0].aborted).toBe("qber-high");
  });
});

describe("a wrong command line", () => {
  it.each([
    ["lossDb", ["rate", "--lossDb", "-3"]],
    ["misalignment", ["rate", "--misalignment", "NaN"]],
    ["intensityProbabilities", ["rate", "--intensityProbabilities", "0.5,0.4,0.3"]],
    ["intensities", ["rate", "--intensities", "0.5"]],
    ["siftedBits", ["simulate", "--siftedBits", "0"]],
    ["siftedBits", ["simulate", "--siftedBits", "1e9"]],
    ["blocks", ["simulate", "--blocks", "1.5"]],
    ["preset", ["rate", "--preset", "tin-can"]],
    ["attack", ["simulate", "--siftedBits", "1000", "--attack", "magic"]],
    ["fraction", ["simulate", "--attack", "jamming", "--fraction", "2"]],
    ["decoyStates", ["rate", "--decoyStates", "3"]],
  ])("is refused with status 1 and the name of its %s", (name, args) => {
    const { status, out, err } = run(...args);
    expect(status).toBe(1);
    expect(out).toBe("");
    expect(err).toContain(`${name} is `);
    expect(err).toContain("must be");
    expect(err).not.toContain(`.${name}`);
  });

  it("ends with status 2 for an unknown option or command, 0 for help", () => {
    expect(run("rate", "--colour", "blue").status).toBe(2);
    expect(run("pass", "--days", "99").err).toContain("days");
    expect(run("levitate").status).toBe(2);
    expect(run("rate", "--help").status).toBe(0);
    expect(run("rate", "--help").out).toContain("--detectorEfficiency");
  });
});

describe("a plot", () => {
  it("is well-formed whatever the names hold", () => {
    const svg = drawPlot({
      title: 'a < b & "c"',
      x: { label: "x", from: 0, to: 1, scale: "linear", ticks: [0, 1] },
      y: { label: "y", from: 1e-3, to: 1, scale: "log" },
      legend: "top-left",
      series: [
        {
          name: "<s>",
          points: [
            [0, 1],
            [1, 0],
            [1, 0.1],
          ],
        },
      ],
    });
    expect(svg).not.toMatch(/NaN|Infinity|<s>/);
    expect(svg).toContain("a &lt; b &amp; &quot;c&quot;");
  });
});
