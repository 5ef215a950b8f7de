import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isStored, mayRestore } from "../../../lib/scenarios/vault/vault.ts";
import { allMessages } from "../../../lib/scenarios/vault/vault-post.ts";
import type { VaultRecord } from "../../../lib/scenarios/vault/vault-record.ts";
import { utf8 } from "../../../lib/shared/bytes.ts";
import type { TestDevice } from "../../messenger/fakes/world.ts";
import { capitals, VaultWorld, vaultOf } from "./support/vault-world.ts";

let world: VaultWorld;
let owner: TestDevice;

beforeEach(async () => {
  world = await VaultWorld.create();
  owner = await world.person("Duty officer, Lisbon", "lisbon");
});
afterEach(() => world.close());

const text = "Evacuation plan: the archive goes to Évora by the night train.";
const document = { name: "plan.txt", content: utf8(text), threshold: 3, level: 0 } as const;
const plan = { name: "plan.txt", size: document.content.length, threshold: 3, level: 0 } as const;
const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const states = (record: VaultRecord | undefined) => record?.current.shares.map(({ state }) => state);
const answered = (count: number) => (record: VaultRecord | undefined) =>
  record?.restore?.answers.filter(({ state }) => state === "returned").length === count;

describe("a document of one person over five capitals", () => {
  it("is stored by every custodian, at exactly the key that was shown first", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const custodians = await vault.custodians();
    expect(custodians.map(({ site }) => site).sort()).toEqual([...capitals].sort());
    const users = custodians.map(({ user }) => user);
    const shown = await vault.price({ ...plan, custodians: users, consent: false });
    const id = await vault.store({ ...document, custodians, consenter: null });
    await settled(id, isStored);
    const [record] = await vault.list();
    expect(record).toMatchObject({ title: "plan.txt", size: document.content.length });
    let drawn = 0;
    for (const { message, bits } of record?.current.shares ?? []) {
      const card = await owner.engine.keyCard(message);
      expect(card).toMatchObject({ suite: "OTP", endToEndBits: bits });
      expect(card?.endToEndBits).toBe(8 * ((card?.paddedBytes ?? 0) + 32));
      drawn += card?.endToEndBits ?? 0;
    }
    expect(drawn).toBe(shown);
    for (const site of capitals) expect((await world.shares(site)).entry(id)?.owner).toBe(owner.user.id);
  });

  it("leaves no share with its owner, and none in a custodian's messages, once it is stored", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const id = await vault.store({ ...document, custodians: world.parties(...capitals), consenter: null });
    await settled(id, isStored);
    const [record] = await vault.list();
    for (const { conversation } of record?.current.shares ?? [])
      for (const { content } of await allMessages(owner.engine, conversation))
        expect(content.kind).toBe("deleted");
    const { device } = world.custodian("rome");
    const [conversation] = await device.engine.conversations();
    const kept = await allMessages(device.engine, conversation?.id ?? "");
    expect(kept.filter(({ mine }) => !mine).map(({ content }) => content.kind)).toEqual(["deleted"]);
  });

  it("comes back though two sites are lost", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const id = await vault.store({ ...document, custodians: world.parties(...capitals), consenter: null });
    await settled(id, isStored);
    await world.custodian("madrid").duty?.command("lose", null);
    await world.stopDuty("rome");
    await vault.ask(id, "Fire in two archives.");
    await settled(id, mayRestore);
    const restored = await vault.restore(id);
    expect(read(restored.content)).toBe(text);
    expect(restored).toMatchObject({ name: "plan.txt", bad: [] });
    expect((await vault.list())[0]?.restore).toBeNull();
    expect(world.custodian("madrid").duty?.state()).toMatchObject({ lost: true, vaults: 1, released: 0 });
  });

  it("does not come back from two shares, and does when the third site is there again", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const id = await vault.store({ ...document, custodians: world.parties(...capitals), consenter: null });
    await settled(id, isStored);
    for (const site of ["madrid", "rome", "paris"] as const)
      await world.custodian(site).duty?.command("lose", null);
    await vault.ask(id, "A drill.");
    await settled(id, answered(2));
    await expect(vault.restore(id)).rejects.toMatchObject({ code: "vault.too-few" });
    await world.custodian("paris").duty?.command("return", null);
    await settled(id, mayRestore);
    expect(read((await vault.restore(id)).content)).toBe(text);
  });

  it("waits for a custodian that was off when it was stored", async () => {
    await world.stopDuty("valletta");
    const { vault, until: settled } = vaultOf(owner.engine);
    const id = await vault.store({ ...document, custodians: world.parties(...capitals), consenter: null });
    await settled(id, (record) => states(record)?.filter((state) => state === "stored").length === 4);
    expect(isStored((await vault.list())[0])).toBe(false);
    await world.startDuty("valletta");
    await settled(id, isStored);
  });

  it("names the custodian whose share was changed on its disk, and restores from the others", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const id = await vault.store({ ...document, custodians: world.parties(...capitals), consenter: null });
    await settled(id, isStored);
    await world.stopDuty("paris");
    const shares = await world.shares("paris");
    const share = Uint8Array.from((await shares.get(id, 1)) ?? []);
    share[share.length - 90] = (share[share.length - 90] ?? 0) ^ 1;
    await shares.put(id, 1, share, { owner: owner.user.id, consenter: null });
    await world.startDuty("paris");
    await vault.ask(id, "A drill.");
    await settled(id, answered(5));
    const restored = await vault.restore(id);
    expect(read(restored.content)).toBe(text);
    expect(restored.bad.map(({ custodian }) => custodian)).toEqual(["Vault custodian, paris"]);
  });

  it("is erased everywhere, and leaves the list then", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const id = await vault.store({ ...document, custodians: world.parties(...capitals), consenter: null });
    await settled(id, isStored);
    await vault.erase(id);
    await settled(id, (record) => record === undefined);
    for (const site of capitals) {
      const shares = await world.shares(site);
      expect(shares.entry(id)).toMatchObject({ held: [], erasedUpTo: 1 });
      expect(await shares.get(id, 1)).toBeUndefined();
    }
  });

  it("of a classified level goes under pad and post-quantum secret, at the price shown", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const custodians = world.parties("madrid", "rome");
    const users = custodians.map(({ user }) => user);
    const shown = await vault.price({ ...plan, threshold: 2, level: 2, custodians: users, consent: false });
    const id = await vault.store({ ...document, threshold: 2, level: 2, custodians, consenter: null });
    await settled(id, isStored);
    const [record] = await vault.list();
    const cards = await Promise.all(
      (record?.current.shares ?? []).map(({ message }) => owner.engine.keyCard(message)),
    );
    expect(cards.map((card) => card?.suite)).toEqual(["OTP_HYBRID", "OTP_HYBRID"]);
    const epochs = 2 * 8 * 32;
    const pads = cards.reduce((sum, card) => sum + (card?.endToEndBits ?? 0), 0);
    expect(pads + epochs).toBe(shown);
  });
});
