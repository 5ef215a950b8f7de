import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLinkParameters } from "../../../lib/keys/links/link-parameters-file.ts";
import { topologyViewOf } from "../../../lib/keys/links/topology-view.ts";
import { loadNamedNetwork } from "../../../lib/network/named-networks.ts";
import { presetFor } from "../../../lib/quantum/parameters.ts";

const topology = loadNamedNetwork("iberia-small");
const [first, second] = topology.keyLinks;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vernam-parameters-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function set(content: unknown): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(join(folder, "link-parameters.json"), text);
}

describe("the parameters of links", () => {
  it("are those of their kind without a file", () => {
    expect(readLinkParameters(folder, topology)(first!)).toEqual(presetFor(first!));
  });

  it("are what the file sets for one link, and shown for it", () => {
    set({ [first!.id]: { misalignment: 0.02, deviation: "hoeffding" } });
    const parametersOf = readLinkParameters(folder, topology);
    expect(parametersOf(first!)).toEqual({
      ...presetFor(first!),
      misalignment: 0.02,
      deviation: "hoeffding",
    });
    expect(parametersOf(second!)).toEqual(presetFor(second!));
    const view = topologyViewOf(topology, parametersOf);
    expect(view.links.find(({ id }) => id === first!.id)?.parameters?.misalignment).toBe(0.02);
  });

  it.each<[string, (id: string) => unknown, string]>([
    ["a parameter out of its range, by name", (id) => ({ [id]: { misalignment: 0.9 } }), "misalignment"],
    ["a parameter that does not exist", (id) => ({ [id]: { colour: 1 } }), "colour"],
    [
      "a text where a number belongs",
      (id) => ({ [id]: { detectorEfficiency: "high" } }),
      "detectorEfficiency",
    ],
    ["too few intensities", (id) => ({ [id]: { intensities: [0.5] } }), "intensities"],
    ["a link that does not exist", () => ({ "a~b": {} }), "a~b"],
    ["a file that is no JSON", () => "{", "link-parameters.json"],
  ])("refuse %s", (_, content, named) => {
    set(content(first!.id));
    expect(() => readLinkParameters(folder, topology)).toThrow(named);
  });
});
