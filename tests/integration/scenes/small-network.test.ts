import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LinkStatus, StageView } from "../../../lib/keys/api-types.ts";
import { type NodeTheatre, openNodeTheatre } from "../../../lib/scenarios/rehearse/node-theatre.ts";
import { perform } from "../../../lib/scenarios/rehearse/perform.ts";
import { resetStage } from "../../../lib/scenarios/scenes/reset-stage.ts";
import type { SceneId } from "../../../lib/scenarios/scenes/scene.ts";
import { scenes } from "../../../lib/scenarios/scenes/scenes.ts";
import { Deployment } from "../../support/deployment.ts";
import { smallPools } from "../../support/operations.ts";

/**
 * Scenes against a real deployment of the small network, without agents. It has no satellite ("satellite") and no
 * agents here ("power-grid", "payments", "vault"); its pools of 32 kB fill too soon to wait for ("starvation").
 */
const played: readonly SceneId[] = [
  "opening-map",
  "first-note",
  "key-life",
  "eve",
  "compromised-node",
  "hybrid",
  "harvest-now",
  "auditor",
  "what-is-real",
];
const startMs = 180_000;
const log: string[] = [];

let deployment: Deployment;
let folder: string;
let theatre: NodeTheatre;

async function linesOf(ids: readonly SceneId[]): Promise<string[]> {
  const lines: string[] = [];
  const chosen = scenes.filter(({ id }) => ids.includes(id));
  for await (const { line } of perform(chosen, theatre, (text) => void log.push(text))) lines.push(line);
  return lines;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-scenes-"));
  deployment = await Deployment.start({ env: smallPools });
  await deployment.healthy(120_000);
  theatre = await openNodeTheatre(deployment.origin, folder);
}, startMs);

afterAll(async () => {
  await theatre?.close();
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a deployment of the small network", () => {
  it("passes every scene that it has the parts for", { timeout: 240_000 }, async () => {
    const lines = await linesOf(played);
    expect(lines.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(
      played.map((id) => `PASS ${id}`),
    );
  });

  it("says of a scene that it lacks the parts for that it is unsuited", async () => {
    for (const line of await linesOf(["satellite", "power-grid"])) expect(line).toMatch(/^FAIL .*unsuited/);
  });

  it("is in order again after a reset, whatever a presenter did to it", { timeout: 90_000 }, async () => {
    const { operations } = theatre;
    const links = () => operations.read<readonly LinkStatus[]>("/ops/links");
    const [first, second] = await links();
    if (first === undefined || second === undefined) throw new Error("no links");
    await theatre.command("link.cut", { link: first.id, cut: true });
    await theatre.command("link.attack", { link: second.id, model: "jamming", fraction: 1 });
    await theatre.command("pool.empty", { link: second.id });
    await theatre.command("node.compromise", { node: "es-mad-mfa", on: true });
    await theatre.command("assume.broken", { part: "qkd", on: true });
    const before = await operations.read<StageView>("/ops/stage");
    expect(before).toMatchObject({ broken: { qkd: true }, compromised: [{ node: "es-mad-mfa" }] });
    expect(before.emptied).toMatchObject([{ link: second.id }]);
    await resetStage(theatre);
    expect(await operations.read<StageView>("/ops/stage")).toEqual({
      broken: { xWing: false, qkd: false },
      compromised: [],
      skies: [],
      emptied: [],
    });
    for (const { cut, attack } of await links()) expect([cut, attack.model]).toEqual([false, "none"]);
  });
});
