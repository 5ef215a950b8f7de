import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runKeysCli } from "../../../lib/keys/cli/keys-cli.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

let test: TestWorld;
let folder: string;
beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder);
});
afterAll(async () => {
  await test.world.close();
  removeFolder(folder);
});

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await runKeysCli(args, {
    dataFolder: folder,
    now: Date.now,
    print: (line) => lines.push(line),
  });
  return { code, text: lines.join("\n") };
}

it("lists key managers and SAEs, and explains itself", async () => {
  const [site] = test.world.endpointSites;
  expect((await run("list")).text).toContain(`kme-${site}  ${test.world.addressOf(site!)}`);
  expect((await run("saes")).text).toContain(`sae-${site}  kme-${site}`);
  expect(await run()).toMatchObject({ code: 2 });
  expect(await run("curl", "nowhere")).toMatchObject({ code: 1 });
});

it("prints a curl line that draws a key, also for an SAE issued while the network runs", async () => {
  const [site, other] = test.world.endpointSites as [string, string];
  const { text } = await run("curl", site, `sae-${other}`);
  const { stdout } = await promisify(execFile)("sh", ["-c", `${text} --silent`]);
  const { keys } = JSON.parse(stdout) as { keys: { key_ID: string; key: string }[] };
  expect(Buffer.from(keys[0]!.key, "base64")).toHaveLength(32);
  const issued = await run("issue", "metering.1", site);
  expect(issued).toMatchObject({ code: 0 });
  const line = text.replaceAll(`sae/sae-${site}`, "sae/metering.1");
  await expect
    .poll(async () => (await promisify(execFile)("sh", ["-c", `${line} --silent`])).stdout, { timeout: 5000 })
    .toContain("key_ID");
});

it("verifies the ledger of a stopped network, and says who holds a running one", async () => {
  const running = await run("verify");
  expect(running.code).toBe(1);
  expect(running.text).toContain(`process ${process.pid} (qkdn)`);
  await test.world.keepHouse();
  await test.world.close();
  expect(await run("verify")).toMatchObject({ code: 0, text: expect.stringContaining("witnessed") });
  test = await openTestWorld(folder);
});
