import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConsentDesk } from "../../../lib/scenarios/vault/consent-desk.ts";
import { isStored, mayRestore } from "../../../lib/scenarios/vault/vault.ts";
import type { VaultRecord } from "../../../lib/scenarios/vault/vault-record.ts";
import { utf8 } from "../../../lib/shared/bytes.ts";
import { type TestDevice, until } from "../../messenger/fakes/world.ts";
import { type Capital, capitals, VaultWorld, vaultOf } from "./support/vault-world.ts";

let world: VaultWorld;
let owner: TestDevice;

beforeEach(async () => {
  world = await VaultWorld.create();
  owner = await world.person("Duty officer, Lisbon", "lisbon");
});
afterEach(() => world.close());

const text = "Evacuation plan: the archive goes to Évora by the night train.";
const document = { name: "plan.txt", content: utf8(text), threshold: 3, level: 0 } as const;
const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const states = (record: VaultRecord | undefined) => record?.current.shares.map(({ state }) => state);
const answered = (count: number) => (record: VaultRecord | undefined) =>
  record?.restore?.answers.filter(({ state }) => state === "returned").length === count;

describe("a document that needs a second person", () => {
  let second: TestDevice;
  const sites: readonly Capital[] = ["madrid", "paris", "rome"];

  beforeEach(async () => {
    second = await world.person("Site security officer, Madrid", "madrid");
  });

  async function stored(threshold = 2) {
    const { vault, until: settled } = vaultOf(owner.engine);
    const consenter = { user: second.user.id, name: second.user.name, site: second.user.site };
    const custodians = world.parties(...sites);
    const id = await vault.store({ ...document, threshold, custodians, consenter });
    await settled(id, isStored);
    return { vault, settled, id };
  }

  async function asked(desk: ConsentDesk) {
    await until(second.engine, async () => (await desk.list()).some(({ state }) => state === "open"));
    const open = (await desk.list()).find(({ state }) => state === "open");
    if (!open) throw new Error("no request came");
    return open;
  }

  it("is released only after that person signed the same request", async () => {
    const { vault, settled, id } = await stored();
    const shown = await vault.askPrice(id, "The minister asks for it.");
    await vault.ask(id, "The minister asks for it.");
    const desk = new ConsentDesk(second.engine);
    const request = await asked(desk);
    expect(request).toMatchObject({
      title: "plan.txt",
      reason: "The minister asks for it.",
      vault: id,
      generation: 1,
      owner: { user: owner.user.id },
    });
    const waiting = (await vault.list())[0]?.restore;
    expect(waiting?.answers.every(({ state }) => state === "waiting")).toBe(true);
    await desk.give(request.message);
    await settled(id, mayRestore);
    const restore = (await vault.list())[0]?.restore;
    const sent = [restore?.consent?.message ?? "", ...(restore?.answers.map(({ message }) => message) ?? [])];
    const cards = await Promise.all(sent.map((message) => owner.engine.keyCard(message)));
    expect(cards.reduce((sum, card) => sum + (card?.endToEndBits ?? 0), 0)).toBe(shown);
    expect(read((await vault.restore(id)).content)).toBe(text);
    expect((await desk.list())[0]?.state).toBe("given");
  });

  it("is not released when that person says no", async () => {
    const { vault, settled, id } = await stored();
    await vault.ask(id, "Curiosity.");
    const desk = new ConsentDesk(second.engine);
    await desk.decline((await asked(desk)).message);
    await settled(id, (record) => record?.restore?.consent?.state === "declined");
    expect((await vault.list())[0]?.restore?.answers.every(({ state }) => state === "waiting")).toBe(true);
    for (const site of sites) expect(world.custodian(site).duty?.state()).toMatchObject({ released: 0 });
  });
});

describe("renewed shares", () => {
  it("replace the old ones, which go when every custodian has acknowledged, and not before", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const id = await vault.store({ ...document, custodians: world.parties(...capitals), consenter: null });
    await settled(id, isStored);
    await vault.ask(id, "Yearly renewal.", "renew");
    await settled(id, answered(5));
    await world.custodian("valletta").duty?.command("lose", null);
    await vault.renew(id);
    await settled(id, (record) => states(record)?.filter((state) => state === "stored").length === 4);
    const between = await world.shares("rome");
    expect(between.entry(id)?.held.map(({ generation }) => generation)).toEqual([1, 2]);
    expect((await vault.list())[0]?.former.map(({ generation }) => generation)).toEqual([1]);
    await world.custodian("valletta").duty?.command("return", null);
    await settled(id, (record) => isStored(record) && record?.former.length === 0);
    for (const site of capitals) {
      const shares = await world.shares(site);
      expect(shares.entry(id)).toMatchObject({ erasedUpTo: 1, held: [{ generation: 2 }] });
      expect(await shares.get(id, 1)).toBeUndefined();
    }
    await vault.ask(id, "Read it.");
    await settled(id, mayRestore);
    expect(read((await vault.restore(id)).content)).toBe(text);
  });

  it("may lie elsewhere than the old ones: a lost site is replaced, and erases what it has when it is back", async () => {
    const { vault, until: settled } = vaultOf(owner.engine);
    const four = world.parties("lisbon", "madrid", "paris", "rome");
    const id = await vault.store({ ...document, custodians: four, consenter: null });
    await settled(id, isStored);
    await world.custodian("rome").duty?.command("lose", null);
    await vault.ask(id, "Rome is lost.", "renew");
    await settled(id, answered(3));
    await vault.renew(id, world.parties("lisbon", "madrid", "paris", "valletta"));
    await settled(id, isStored);
    expect((await vault.list())[0]?.former).toHaveLength(1);
    await world.custodian("rome").duty?.command("return", null);
    await settled(id, (record) => record?.former.length === 0);
    expect((await world.shares("rome")).entry(id)).toMatchObject({ held: [], erasedUpTo: 1 });
  });
});
