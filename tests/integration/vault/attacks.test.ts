import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeSigned } from "../../../lib/protocol/signed.ts";
import type { VaultMessage } from "../../../lib/protocol/vault-message.ts";
import { parseVaultRequest, type VaultRequest } from "../../../lib/protocol/vault-request.ts";
import { newRequest } from "../../../lib/scenarios/vault/vault-plan.ts";
import { allMessages, readVaultMessage, sendVaultMessage } from "../../../lib/scenarios/vault/vault-post.ts";
import type { Bytes } from "../../../lib/shared/bytes.ts";
import { fromHex, toHex } from "../../../lib/shared/hex.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";
import { type TestDevice, until } from "../../messenger/fakes/world.ts";
import { VaultWorld } from "./support/vault-world.ts";

/** One custodian, and people who talk to it in its own words, past everything that the vault's screen would do. */
let world: VaultWorld;
let owner: TestDevice;
let second: TestDevice;
let stranger: TestDevice;

beforeAll(async () => {
  world = await VaultWorld.create(["rome"]);
  owner = await world.person("Owner", "lisbon");
  second = await world.person("Second person", "madrid");
  stranger = await world.person("Stranger", "paris");
});
afterAll(() => world.close());

const share = new Uint8Array(400).fill(0x5a);

/** Sends one vault message to the custodian and returns what it answers. */
async function tell({ engine }: TestDevice, message: VaultMessage): Promise<VaultMessage> {
  const conversation = await engine.openConversation(world.custodian("rome").party.user);
  const answers = async () =>
    (await allMessages(engine, conversation)).filter(({ mine }) => !mine).map((view) => view);
  const before = (await answers()).length;
  await sendVaultMessage(engine, conversation, message, 0, toHex(randomUuid()));
  await until(engine, async () => (await answers()).length > before);
  const newest = (await answers()).at(-1);
  const answer = newest && (await readVaultMessage(engine, newest));
  if (!answer) throw new Error("the custodian did not answer with a vault message");
  return answer;
}

async function deviceOf({ engine }: TestDevice): Promise<Bytes> {
  return fromHex((await engine.self())?.device ?? "");
}

async function deposit(from: TestDevice, vault: Bytes, generation = 1, consenter?: TestDevice) {
  const value = { vault, generation, index: 1, threshold: 2, total: 3, share };
  const signed = await from.engine.signVault({ kind: "share", value });
  const terms = consenter ? { consenter: fromHex(consenter.user.id) } : {};
  return { message: { kind: "deposit", share: signed, ...terms } as const, signed };
}

async function request(
  from: TestDevice,
  vault: Bytes,
  about: Partial<VaultRequest> = {},
  now = Date.now(),
): Promise<Bytes> {
  const device = await deviceOf(from);
  const made = newRequest({ vault, generation: 1, action: "release", device, reason: "A test." }, now);
  return await from.engine.signVault({ kind: "request", value: { ...made, ...about } });
}

async function consentTo(from: TestDevice, signed: Bytes): Promise<Bytes> {
  const value = { request: parseVaultRequest(signed).hash, device: await deviceOf(from) };
  return await from.engine.signVault({ kind: "consent", value });
}

async function stored(consenter?: TestDevice): Promise<Bytes> {
  const vault = randomUuid();
  const { message } = await deposit(owner, vault, 1, consenter);
  expect(await tell(owner, message)).toMatchObject({ kind: "custody", state: "stored" });
  return vault;
}

const refusal = (code: string) => ({ kind: "refusal", code });

describe("a custodian", () => {
  it("gives a share to its owner, byte for byte, once for each request", async () => {
    const vault = randomUuid();
    const { message, signed } = await deposit(owner, vault);
    await tell(owner, message);
    const asked = await request(owner, vault);
    const answer = await tell(owner, { kind: "ask", request: asked });
    expect(answer.kind === "release" && Buffer.compare(answer.share, signed)).toBe(0);
    expect(await tell(owner, { kind: "ask", request: asked })).toMatchObject(
      refusal("vault.request-replayed"),
    );
  });

  it("gives nothing to somebody else, who cannot even learn whether it is there", async () => {
    const vault = await stored();
    const own = await request(stranger, vault);
    expect(await tell(stranger, { kind: "ask", request: own })).toMatchObject(refusal("vault.unknown"));
    const replayed = await request(owner, vault);
    expect(await tell(stranger, { kind: "ask", request: replayed })).toMatchObject(refusal("vault.unknown"));
    const nothing = await request(stranger, randomUuid());
    expect(await tell(stranger, { kind: "ask", request: nothing })).toMatchObject(refusal("vault.unknown"));
    // The owner's request was not spent by who copied it.
    expect(await tell(owner, { kind: "ask", request: replayed })).toMatchObject({ kind: "release" });
  });

  it("refuses a request that was changed after it was signed, or signed by another device", async () => {
    const vault = await stored();
    const parsed = parseVaultRequest(await request(owner, vault));
    const forged = encodeSigned({ ...parsed.signed, ed25519: new Uint8Array(64).fill(1) });
    expect(await tell(owner, { kind: "ask", request: forged })).toMatchObject(refusal("signature.ed25519"));
    const device = await deviceOf(owner);
    const foreign = await request(stranger, vault, { device });
    expect(await tell(owner, { kind: "ask", request: foreign })).toMatchObject(refusal("signature.ed25519"));
    const elsewhere = await request(owner, vault, { device: await deviceOf(stranger) });
    expect(await tell(owner, { kind: "ask", request: elsewhere })).toMatchObject(
      refusal("vault.other-device"),
    );
  });

  it("refuses a request that is too old, or valid for longer than a nonce is remembered", async () => {
    const vault = await stored();
    const old = await request(owner, vault, {}, Date.now() - 25 * 60 * 60 * 1000);
    expect(await tell(owner, { kind: "ask", request: old })).toMatchObject(refusal("vault.request-expired"));
    const long = await request(owner, vault, {}, Date.now() + 48 * 60 * 60 * 1000);
    expect(await tell(owner, { kind: "ask", request: long })).toMatchObject(refusal("vault.request-expiry"));
  });

  it("lets nobody else add to a document, replace its share or erase it", async () => {
    const vault = await stored();
    const { message } = await deposit(stranger, vault, 2);
    expect(await tell(stranger, message)).toMatchObject(refusal("vault.other-owner"));
    const { message: stolen } = await deposit(owner, vault, 3);
    expect(await tell(stranger, stolen)).toMatchObject(refusal("signature.ed25519"));
    const erase = await request(stranger, vault, { action: "erase", generation: 9 });
    expect(await tell(stranger, { kind: "ask", request: erase })).toMatchObject(refusal("vault.unknown"));
    const value = { vault, generation: 1, index: 2, threshold: 2, total: 3, share };
    const other = await owner.engine.signVault({ kind: "share", value });
    expect(await tell(owner, { kind: "deposit", share: other })).toMatchObject(
      refusal("vault.generation-held"),
    );
    expect(await tell(owner, { kind: "ask", request: await request(owner, vault) })).toMatchObject({
      kind: "release",
    });
  });

  it("never takes an erased generation again", async () => {
    const vault = randomUuid();
    const { message } = await deposit(owner, vault);
    await tell(owner, message);
    const erase = await request(owner, vault, { action: "erase" });
    expect(await tell(owner, { kind: "ask", request: erase })).toMatchObject({ state: "erased" });
    expect(await tell(owner, message)).toMatchObject(refusal("vault.generation-erased"));
    expect(await tell(owner, { kind: "ask", request: await request(owner, vault) })).toMatchObject(
      refusal("vault.unknown-generation"),
    );
  });
});

describe("a share that needs a second person", () => {
  it("is given with that person's signature over this very request only", async () => {
    const vault = await stored(second);
    const asked = await request(owner, vault);
    expect(await tell(owner, { kind: "ask", request: asked })).toMatchObject(
      refusal("vault.consent-missing"),
    );
    const consent = await consentTo(second, asked);
    const another = await request(owner, vault);
    expect(await tell(owner, { kind: "ask", request: another, consent })).toMatchObject(
      refusal("vault.consent-elsewhere"),
    );
    for (const somebody of [stranger, owner])
      expect(
        await tell(owner, { kind: "ask", request: asked, consent: await consentTo(somebody, asked) }),
      ).toMatchObject(refusal("vault.consent-stranger"));
    expect(await tell(owner, { kind: "ask", request: asked, consent })).toMatchObject({ kind: "release" });
    expect(await tell(owner, { kind: "ask", request: asked, consent })).toMatchObject(
      refusal("vault.request-replayed"),
    );
  });

  it("is not opened by a later generation that needs nobody, nor by storing it again without terms", async () => {
    const vault = randomUuid();
    const { message } = await deposit(owner, vault, 1, second);
    await tell(owner, message);
    const { message: later } = await deposit(owner, vault, 2);
    expect(await tell(owner, later)).toMatchObject({ state: "stored" });
    expect(await tell(owner, { kind: "deposit", share: message.share })).toMatchObject({ state: "stored" });
    expect(await tell(owner, { kind: "ask", request: await request(owner, vault) })).toMatchObject(
      refusal("vault.consent-missing"),
    );
  });
});
