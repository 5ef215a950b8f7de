import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deployment } from "../../support/deployment.ts";
import { Post } from "../../support/post.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../helpers/postgres.ts";

const startMs = 180_000;

describe.skipIf(!hasPostgres)("a deployment on a real PostgreSQL", () => {
  let server: TestPostgres;
  let folder: string;
  let env: Record<string, string>;
  let deployment: Deployment;

  const start = () => Deployment.start({ dataFolder: join(folder, "data"), env });

  beforeAll(async () => {
    server = await startPostgres();
    folder = mkdtempSync(join(tmpdir(), "vernam-on-postgres-"));
    env = { DATABASE_URL: await server.createDatabase(), KEYS_DATABASE_URL: await server.createDatabase() };
    deployment = await start();
    await deployment.healthy(startMs);
  }, startMs + 30_000);

  afterAll(async () => {
    await deployment?.stop();
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("carries both ciphers between two countries, and makes no embedded database beside it", async () => {
    const lisbon = await Post.open(deployment, "pt-lis-mne", folder);
    const madrid = await Post.open(deployment, "es-mad-mfa", folder);
    const conversation = await lisbon.engine.openConversation(madrid.user.id);
    await lisbon.send(conversation, "Under a pad, stored by PostgreSQL.", "OTP");
    await lisbon.send(conversation, "Under AES, stored by PostgreSQL.", "AES");
    const there = await madrid.conversationWith(lisbon);
    const texts = ["Under a pad, stored by PostgreSQL.", "Under AES, stored by PostgreSQL."];
    const history = await madrid.has(there, texts);
    // Where the links have no key yet, the pad's message waits and the other goes first.
    expect(history.map(({ text }) => text).sort()).toEqual([...texts].sort());
    for (const zone of ["web", "qkdn"])
      expect(existsSync(join(deployment.dataFolder, zone, "db"))).toBe(false);
    await lisbon.close();
    await madrid.close();
  }, 150_000);

  it(
    "goes on after both processes were stopped and started again",
    async () => {
      await deployment.stop();
      deployment = await start();
      await deployment.healthy(startMs);
      const madrid = await Post.open(deployment, "es-mad-mfa", folder);
      const lisbon = await Post.open(deployment, "pt-lis-mne", folder);
      const conversation = await madrid.conversationWith(lisbon);
      await madrid.send(conversation, "After the restart.", "OTP");
      await lisbon.has(conversation, ["After the restart."]);
      await lisbon.close();
      await madrid.close();
    },
    startMs + 150_000,
  );
});
