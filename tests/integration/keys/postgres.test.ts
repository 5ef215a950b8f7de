import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyNotFoundError } from "../../../lib/keys/key-errors.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../helpers/postgres.ts";

describe.skipIf(!hasPostgres)("the key world on a PostgreSQL server", () => {
  let server: TestPostgres;
  let test: TestWorld;
  let folder: string;
  let databaseUrl: string;
  let a: string;
  let b: string;

  beforeAll(async () => {
    server = await startPostgres();
    databaseUrl = await server.createDatabase();
    folder = await newFolder();
    test = await openTestWorld(folder, { databaseUrl });
    a = test.world.endpointSites.find((site) => site.startsWith("pt"))!;
    b = test.world.endpointSites.find((site) => site.startsWith("es"))!;
  });
  afterAll(async () => {
    await test?.world.close();
    await server?.stop();
    removeFolder(folder);
  });

  it("supplies keys, each once, and accounts for them", async () => {
    const master = test.world.providerFor(a, "etsi014");
    const slave = test.world.providerFor(b, "etsi014");
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => master.encKeys({ slaveSae: `sae-${b}`, number: 2, size: 256 })),
    );
    for (const { keys } of answers) {
      const ids = keys.map(({ keyId }) => keyId);
      const fetched = await slave.decKeys(`sae-${a}`, ids);
      expect(fetched.map(({ key }) => toHex(key.reveal()))).toEqual(
        keys.map(({ key }) => toHex(key.reveal())),
      );
      await expect(slave.decKeys(`sae-${a}`, ids)).rejects.toBeInstanceOf(KeyNotFoundError);
    }
    await test.world.keepHouse({ idleMs: 0 });
    for (const balance of test.world.views.balances())
      expect(balance).toMatchObject({ balance: 0, agree: true });
    expect(await test.world.views.verify()).toMatchObject({ ok: true, verdict: "witnessed" });
    const [life] = await test.world.views.keys({ limit: 1 });
    expect(life).toMatchObject({ state: "delivered", masterSite: a });
    expect(life!.erasedAt).not.toBeNull();
    expect(await test.world.views.entries({ kind: "delivered", limit: 5 })).toHaveLength(5);
    const to = Date.now();
    const view = await test.world.views.consumption({ from: to - 60_000, to, bucketMs: 10_000, by: "pair" });
    expect(view.groups[0]).toMatchObject({ name: [a, b].sort().join(" "), keys: 100 });
  });

  it("goes on after a restart", async () => {
    const { keys } = await test.world.providerFor(a, "built-in").encKeys({
      slaveSae: `sae-${b}`,
      number: 1,
      size: 256,
    });
    await test.world.close();
    test = await openTestWorld(folder, { databaseUrl });
    const [one] = await test.world.providerFor(b, "built-in").decKeys(`sae-${a}`, [keys[0]!.keyId]);
    expect(toHex(one!.key.reveal())).toBe(toHex(keys[0]!.key.reveal()));
    for (const balance of test.world.views.balances())
      expect(balance).toMatchObject({ balance: 0, agree: true });
  });
});
