import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RelayAnswer, RelayPresence } from "../../../lib/protocol/relay-events.ts";
import { accepted, ask, type Person, RelayWorld } from "./relay-world.ts";

let world: RelayWorld;
let lisbon: Person;
let madrid: Person;
let stranger: Person;
let conversation: string;

beforeAll(async () => {
  world = await RelayWorld.start();
  const handles = world.relay.runtime.posts.map((post) => post.handle);
  lisbon = await world.connect(handles[0]!);
  madrid = await world.connect(handles[1]!);
  stranger = await world.connect(handles[2]!);
  conversation = await lisbon.createConversation(madrid);
});

afterAll(() => world?.stop());

type Present = RelayAnswer<{ present: readonly RelayPresence[] }>;

async function says(person: Person, state: string): Promise<void> {
  accepted(await ask<RelayAnswer>(person.client, "presence:set", { state }));
}

async function seenBy(person: Person): Promise<readonly RelayPresence[]> {
  return accepted(await ask<Present>(person.client, "presence:list", { conversation })).present;
}

describe("presence", () => {
  it("is what the other says of themselves, and nothing until they say something", async () => {
    await says(lisbon, "online");
    expect(await seenBy(lisbon)).toEqual([]);
    await says(madrid, "online");
    expect(await seenBy(lisbon)).toEqual([{ user: madrid.user, state: "online" }]);
    await says(madrid, "away");
    expect(await seenBy(lisbon)).toEqual([{ user: madrid.user, state: "away" }]);
  });

  it("is not shown of who hides, nor to them", async () => {
    await says(lisbon, "online");
    await says(madrid, "hidden");
    expect(await seenBy(lisbon)).toEqual([]);
    expect(await seenBy(madrid)).toEqual([]);
  });

  it("is for members of the conversation only", async () => {
    await says(stranger, "online");
    const answer = await ask<Present>(stranger.client, "presence:list", { conversation });
    expect(answer).toMatchObject({ ok: false, code: "conversation.unknown" });
  });

  it("ends with the connection", async () => {
    await says(madrid, "online");
    expect(await seenBy(lisbon)).toHaveLength(1);
    const gone = new Promise<void>((resolve) => madrid.client.once("disconnect", () => resolve()));
    madrid.client.disconnect();
    await gone;
    await expect.poll(() => seenBy(lisbon)).toEqual([]);
  });
});
