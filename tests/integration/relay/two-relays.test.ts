import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPostgres, hasRedis, startPostgres, startRedis, type TestPostgres } from "../helpers/postgres.ts";
import { accepted, ask, connected, entryHeard, next, type Person, RelayWorld } from "./relay-world.ts";

/** Two web processes' worth of relay on one PostgreSQL. */
async function startPair(url: string, more: Record<string, string> = {}): Promise<[RelayWorld, RelayWorld]> {
  const secret = { NEXTAUTH_SECRET: "s".repeat(40), DATABASE_URL: url, ...more };
  // Both at once: migrations and seeding must stand that.
  const worlds = await Promise.all([RelayWorld.start(secret), RelayWorld.start(secret)]);
  return [worlds[0], worlds[1]];
}

async function connectPair(worlds: readonly [RelayWorld, RelayWorld]): Promise<[Person, Person]> {
  const [one, two] = worlds[0].relay.runtime.posts.map((post) => post.handle);
  return [await worlds[0].connect(one!), await worlds[1].connect(two!)];
}

describe.skipIf(!hasPostgres)("two relays on one PostgreSQL", () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  it("number a shared conversation without gap or double, and agree on repeats", async () => {
    const worlds = await startPair(await postgres.createDatabase());
    try {
      const [lisbon, madrid] = await connectPair(worlds);
      const conversation = await lisbon.createConversation(madrid);
      const shared = Array.from({ length: 40 }, () => randomBytes(16).toString("hex"));
      const sends = [
        ...Array.from({ length: 200 }, (_, i) => lisbon.send(conversation, Buffer.from(`lisbon ${i}`))),
        ...Array.from({ length: 200 }, (_, i) => madrid.send(conversation, Buffer.from(`madrid ${i}`))),
        ...shared.map((id) => lisbon.send(conversation, Buffer.from(id), id)),
        ...shared.map((id) => madrid.send(conversation, Buffer.from(id), id)),
      ];
      const numbers = (await Promise.all(sends)).map((answer) => accepted(answer).seq);
      const distinct = [...new Set(numbers)].sort((a, b) => a - b);
      expect(distinct).toEqual(Array.from({ length: 440 }, (_, index) => index + 2));
      expect(numbers.slice(400, 440)).toEqual(numbers.slice(440));
      expect(accepted(await madrid.read(conversation, 440)).entries).toHaveLength(1);
    } finally {
      for (const world of worlds) await world.stop();
    }
  });

  it.skipIf(!hasRedis)(
    "tell each other's members and sign each other's users out, through Redis",
    async () => {
      const redis = await startRedis();
      const worlds = await startPair(await postgres.createDatabase(), { REDIS_URL: redis.url });
      try {
        const [lisbon, madrid] = await connectPair(worlds);
        const told = next(madrid.client, "conversation");
        const conversation = await lisbon.createConversation(madrid);
        expect(await told).toEqual({ conversation });
        const bytes = randomBytes(300);
        const heard = entryHeard(madrid.client, conversation, 2);
        accepted(await lisbon.send(conversation, bytes));
        expect(Buffer.from((await heard).bytes).equals(bytes)).toBe(true);

        const end = next(madrid.client, "session:end");
        await worlds[0].relay.runtime.setDisabled(madrid.user, true);
        expect(await end).toEqual({ reason: "disabled" });
      } finally {
        for (const world of worlds) await world.stop();
        await redis.stop();
      }
    },
  );

  it("notice without Redis, too, that another one disabled a user", async () => {
    const worlds = await startPair(await postgres.createDatabase());
    try {
      const [, madrid] = await connectPair(worlds);
      await worlds[0].relay.runtime.setDisabled(madrid.user, true);
      expect(await ask(madrid.client, "conversation:list", {})).toMatchObject({ code: "relay.signed-out" });
      const handle = worlds[0].relay.runtime.posts[1]!.handle;
      expect(await worlds[1].relay.runtime.accounts.findPost(handle)).toBeNull();
      await worlds[0].relay.runtime.setDisabled(madrid.user, false);
      const { session } = await worlds[0].signIn(handle);
      const value = { device: madrid.device, token: await worlds[1].relayToken(session) };
      await connected(worlds[1].socket(value));
    } finally {
      for (const world of worlds) await world.stop();
    }
  });
});
