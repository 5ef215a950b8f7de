import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Custodian, type CustodianEngine } from "../../../lib/scenarios/vault/custodian.ts";
import { ShareFolder } from "../../../lib/scenarios/vault/share-folder.ts";
import { isStored, mayRestore } from "../../../lib/scenarios/vault/vault.ts";
import { allMessages, isVaultMessage } from "../../../lib/scenarios/vault/vault-post.ts";
import { utf8 } from "../../../lib/shared/bytes.ts";
import { type TestDevice, until } from "../../messenger/fakes/world.ts";
import { VaultWorld, vaultOf } from "./support/vault-world.ts";

let world: VaultWorld;
let owner: TestDevice;

beforeEach(async () => {
  world = await VaultWorld.create(["madrid", "rome"]);
  owner = await world.person("Duty officer, Lisbon", "lisbon");
});
afterEach(() => world.close());

const content = utf8("What survives a custodian's death at any moment.");

class Killed extends Error {}

type Moment = "share-written" | "books-written" | "share-removed" | "before-answer" | "after-answer";

/** Works on what waits in Rome and dies at this moment; every later step of that life is dead too. */
async function dieAt(moment: Moment): Promise<void> {
  const { device, folder } = world.custodian("rome");
  let dead = false;
  const reached = (step: Moment) => {
    if (step === moment) dead = true;
    if (dead) throw new Killed(moment);
  };
  const engine: CustodianEngine = {
    openFile: (message) => device.engine.openFile(message),
    signingKeys: (user) => device.engine.signingKeys(user),
    discard: (message) => device.engine.discard(message),
    sendFile: async (...args) => {
      reached("before-answer");
      const sent = await device.engine.sendFile(...args);
      reached("after-answer");
      return sent;
    },
  };
  const shares = await ShareFolder.open(join(folder, "vault"), reached);
  const custodian = new Custodian({ engine, shares, now: Date.now });
  await until(device.engine, async () => (await waiting()).length > 0);
  for (const view of await waiting()) await expect(custodian.handle(view)).rejects.toBeInstanceOf(Killed);
}

/** What Rome has not answered yet. */
async function waiting() {
  const { engine } = world.custodian("rome").device;
  const [conversation] = await engine.conversations();
  if (!conversation) return [];
  return (await allMessages(engine, conversation.id)).filter((view) => !view.mine && isVaultMessage(view));
}

/** How many messages Rome sent to the owner. */
async function answers(): Promise<number> {
  const conversation = await owner.engine.openConversation(world.custodian("rome").party.user);
  return (await allMessages(owner.engine, conversation)).filter(({ mine }) => !mine).length;
}

describe("a custodian that dies", () => {
  const plan = { name: "plan.txt", content, threshold: 2, consenter: null, level: 0 } as const;

  it.each(["share-written", "books-written", "before-answer", "after-answer"] as const)(
    "while it stores, %s, has the share once when it is back, and says so once",
    async (moment) => {
      const { vault, until: settled } = vaultOf(owner.engine);
      await world.stopDuty("rome");
      const id = await vault.store({ ...plan, custodians: world.parties("madrid", "rome") });
      await dieAt(moment);
      await world.startDuty("rome");
      await settled(id, isStored);
      expect(await answers()).toBe(1);
      expect((await world.shares("rome")).entry(id)?.held).toEqual([{ generation: 1, consenter: null }]);
    },
  );

  it.each(["books-written", "before-answer", "after-answer"] as const)(
    "while it releases, %s, releases once when it is back",
    async (moment) => {
      const { vault, until: settled } = vaultOf(owner.engine);
      const id = await vault.store({ ...plan, custodians: world.parties("madrid", "rome") });
      await settled(id, isStored);
      await world.stopDuty("rome");
      await vault.ask(id, "A drill.");
      await dieAt(moment);
      await world.startDuty("rome");
      await settled(id, mayRestore);
      expect(await answers()).toBe(2);
      expect(new TextDecoder().decode((await vault.restore(id)).content)).toBe(
        new TextDecoder().decode(content),
      );
    },
  );

  it.each(["books-written", "share-removed", "before-answer", "after-answer"] as const)(
    "while it erases, %s, has nothing left when it is back, and says so once",
    async (moment) => {
      const { vault, until: settled } = vaultOf(owner.engine);
      const id = await vault.store({ ...plan, custodians: world.parties("madrid", "rome") });
      await settled(id, isStored);
      await world.stopDuty("rome");
      await vault.erase(id);
      await dieAt(moment);
      await world.startDuty("rome");
      await settled(id, (record) => record === undefined);
      expect(await answers()).toBe(2);
      const shares = await world.shares("rome");
      expect(shares.entry(id)).toMatchObject({ held: [], erasedUpTo: 1 });
      expect(await shares.get(id, 1)).toBeUndefined();
    },
  );
});
