import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { voidMessage } from "../../../lib/gateway/draws/notice-messages.ts";
import { macOf } from "../../../lib/gateway/draws/pair-keys.ts";
import type { PeerNotice } from "../../../lib/gateway/draws/peer-transport.ts";
import { type MlDsaWorker, startMlDsaWorker } from "../../../lib/gateway/site/ml-dsa-worker.ts";
import { loadSiteKeys, type SiteKeys } from "../../../lib/gateway/site/site-keys.ts";
import { type DrawRecord, encodeDrawRecord, macRecord } from "../../../lib/protocol/draw-record.ts";
import { hash } from "../../../lib/protocol/hash.ts";
import { labels } from "../../../lib/protocol/labels.ts";
import { signRevocationList } from "../../../lib/protocol/revocation-list.ts";
import { encodeSigned, signBody, signedMessage } from "../../../lib/protocol/signed.ts";
import { type Bytes, copyBytes } from "../../../lib/shared/bytes.ts";
import { formatUuid, parseUuid, randomUuid } from "../../../lib/shared/uuid.ts";
import { GatewayWorld, lisbon, madrid, secondMadrid } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

/** Plays Lisbon's gateway towards Madrid's, honest or not, with Lisbon's own keys. */
let world: GatewayWorld;
let alice: TestDevice;
let bob: TestDevice;
let worker: MlDsaWorker;
let keys: SiteKeys;
let pairId: Bytes;
let pairKey: Uint8Array;

beforeAll(async () => {
  world = await GatewayWorld.start();
  alice = await TestDevice.ready(world, lisbon);
  bob = await TestDevice.ready(world, madrid);
  worker = startMlDsaWorker();
  keys = await loadSiteKeys(`${world.folder}/qkdn/gateways`, lisbon, worker);
  const drawn = await world.keys
    .providerFor(lisbon)
    .encKeys({ slaveSae: `sae-${madrid}`, number: 1, size: 256 });
  pairId = parseUuid(drawn.keys[0]!.keyId);
  pairKey = drawn.keys[0]!.key.reveal();
});

afterAll(async () => {
  await worker?.close();
  await world?.close();
});

/** A key that Lisbon's key manager supplied, so that Madrid's holds it too. */
async function supplied(): Promise<{ id: Bytes; key: Bytes }> {
  const { keys: drawn } = await world.keys
    .providerFor(lisbon)
    .encKeys({ slaveSae: `sae-${madrid}`, number: 1, size: 768 });
  return { id: parseUuid(drawn[0]!.keyId), key: copyBytes(drawn[0]!.key.reveal()) };
}

function record(keyId: Bytes, change: Partial<DrawRecord> = {}): DrawRecord {
  return {
    keyIds: [keyId],
    bytes: 96,
    suite: 1,
    masterSite: lisbon,
    slaveSites: [madrid],
    drawingDevice: alice.id,
    conversation: new Uint8Array(16),
    rosterHead: new Uint8Array(64),
    recipients: [{ device: bob.id, site: madrid }],
    drawnAt: world.now(),
    expiry: world.now() + 60_000,
    local: false,
    routes: [[lisbon, madrid]],
    networkBits: 768,
    epsilonExponent: 14,
    ...change,
  };
}

const sign = (value: DrawRecord) => signBody(labels.draw, encodeDrawRecord(value), keys.signer);
const noticeOf = (signed: Bytes): PeerNotice => ({
  kind: "record",
  record: signed,
  macKeyId: pairId,
  mac: macRecord(pairKey, signed),
});

async function hand(notice: PeerNotice, from = lisbon): Promise<string> {
  const [result] = await world.gateways.get(madrid)!.intake.receive(from, [notice]);
  return result!.outcome === "accepted" ? "accepted" : result!.code;
}

async function copiesOf(signed: Bytes): Promise<number> {
  const rows = await world.database.query(`SELECT 1 FROM "gateway_copy" WHERE "record_hash" = $1`, [
    hash(signed),
  ]);
  return rows.length;
}

describe("a record from another gateway", () => {
  test("is taken once, and delivered again changes nothing", async () => {
    const { id, key } = await supplied();
    const signed = await sign(record(id));
    expect(await hand(noticeOf(signed))).toBe("accepted");
    expect(await hand(noticeOf(signed))).toBe("accepted");
    expect(await copiesOf(signed)).toBe(1);
    expect(await bob.fetchKey(hash(signed))).toEqual(key);
  });

  test("is taken once when it is delivered twice at the same time", async () => {
    const { id, key } = await supplied();
    const signed = await sign(record(id));
    const gateway = world.gateways.get(madrid)!;
    const results = await gateway.intake.receive(lisbon, [noticeOf(signed), noticeOf(signed)]);
    expect(results).toEqual([{ outcome: "accepted" }, { outcome: "accepted" }]);
    expect(await bob.fetchKey(hash(signed))).toEqual(key);
  });

  test("is refused when any byte of it changed, whether the HMAC is made anew or not", async () => {
    const { id } = await supplied();
    const signed = await sign(record(id));
    for (let at = 0; at < signed.length; at += 7) {
      const altered = signed.slice();
      altered[at] = (altered[at] as number) ^ 0x01;
      expect(await hand({ ...noticeOf(signed), record: altered } as PeerNotice)).toBe("record.mac");
      expect(await hand(noticeOf(altered))).not.toBe("accepted");
      expect(await copiesOf(altered)).toBe(0);
    }
    expect(await hand(noticeOf(signed))).toBe("accepted");
  });

  test("is refused when its signature is another site's", async () => {
    const { id } = await supplied();
    const other = await loadSiteKeys(`${world.folder}/qkdn/gateways`, secondMadrid, worker);
    const signed = await signBody(labels.draw, encodeDrawRecord(record(id)), other.signer);
    expect(await hand(noticeOf(signed))).toBe("signature.ed25519");
  });

  test("is refused with the right signature under another label", async () => {
    const { id } = await supplied();
    const body = encodeDrawRecord(record(id));
    const ed25519 = await keys.signer.sign(signedMessage(labels.receipt, body));
    expect(await hand(noticeOf(encodeSigned({ body, ed25519 })))).toBe("signature.ed25519");
  });

  test("is refused without the HMAC of the pair's key, or under a key that was never drawn", async () => {
    const { id } = await supplied();
    const signed = await sign(record(id));
    expect(await hand({ ...noticeOf(signed), mac: new Uint8Array(32) } as PeerNotice)).toBe("record.mac");
    expect(await hand({ ...noticeOf(signed), macKeyId: randomUuid() } as PeerNotice)).toBe(
      "notice.mac-key-lost",
    );
  });

  test("is refused with a key_ID that was spent, alone or among others, before and after a restart", async () => {
    const one = await supplied();
    const two = await supplied();
    expect(await hand(noticeOf(await sign(record(one.id))))).toBe("accepted");
    const later = record(one.id, { drawnAt: world.now() + 1 });
    expect(await hand(noticeOf(await sign(later)))).toBe("record.key-repeated");
    const both = await sign(record(two.id, { keyIds: [two.id, one.id] }));
    expect(await hand(noticeOf(both))).toBe("record.key-repeated");
    expect(await copiesOf(both)).toBe(0);
    await alice.disconnect();
    await bob.disconnect();
    await world.restart();
    await alice.connect();
    await bob.connect();
    expect(await hand(noticeOf(await sign(later)))).toBe("record.key-repeated");
  });

  test("is refused with a key_ID that was spent even when the key manager hands that key out again", async () => {
    const { id } = await supplied();
    expect(await hand(noticeOf(await sign(record(id))))).toBe("accepted");
    world.keys.nextIds.push(formatUuid(id));
    expect((await supplied()).id).toEqual(id);
    const later = await sign(record(id, { drawnAt: world.now() + 1 }));
    expect(await hand(noticeOf(later))).toBe("record.key-repeated");
    expect(await copiesOf(later)).toBe(0);
  });

  test("is refused in one of two records of the same key_ID that come at the same time", async () => {
    const { id } = await supplied();
    const pair = await Promise.all([sign(record(id)), sign(record(id, { drawnAt: world.now() + 1 }))]);
    const results = await world.gateways.get(madrid)!.intake.receive(lisbon, pair.map(noticeOf));
    expect(results.filter((result) => result.outcome === "accepted")).toHaveLength(1);
  });

  test("is refused when its master is not the gateway that hands it over", async () => {
    const { id } = await supplied();
    const foreign = record(id, { masterSite: secondMadrid, slaveSites: [madrid] });
    expect(await hand(noticeOf(await sign(foreign)))).toBe("record.master-site");
  });

  test("is refused when it is for other sites, expired, from the future, or drawn by a device of ours", async () => {
    const { id } = await supplied();
    const now = world.now();
    const cases: [Partial<DrawRecord>, string][] = [
      [
        { slaveSites: [secondMadrid], recipients: [{ device: bob.id, site: secondMadrid }] },
        "record.not-for-here",
      ],
      [{ drawnAt: now - 2000, expiry: now - 1000 }, "record.expired"],
      [{ drawnAt: now + 3_600_000, expiry: now + 7_200_000 }, "record.early"],
      [
        { drawingDevice: bob.id, recipients: [{ device: randomUuid(), site: madrid }] },
        "record.drawing-device",
      ],
    ];
    for (const [change, code] of cases)
      expect(await hand(noticeOf(await sign(record(id, change))))).toBe(code);
    expect(await hand(noticeOf(await sign(record(id))))).toBe("accepted");
  });

  test("of a key that never comes is refused after a while, and its devices learn that it is void", async () => {
    const signed = await sign(record(randomUuid()));
    expect(await hand(noticeOf(signed))).toBe("notice.key-late");
    const old = await sign(record(randomUuid(), { drawnAt: world.now() - 40_000 }));
    expect(await hand(noticeOf(old))).toBe("key.not-found");
    expect(await bob.ask({ type: "fetch", recordHash: hash(old) })).toMatchObject({ code: "copy.void" });
  });

  test("that comes after its void leaves no copy", async () => {
    const { id } = await supplied();
    const signed = await sign(record(id));
    const recordHash = hash(signed);
    const mac = macOf(pairKey, voidMessage(lisbon, madrid, recordHash));
    const expiry = world.now() + 60_000;
    expect(await hand({ kind: "void", recordHash, expiry, macKeyId: pairId, mac })).toBe("accepted");
    expect(await hand(noticeOf(signed))).toBe("accepted");
    expect(await copiesOf(signed)).toBe(0);
  });
});

test("a void and a revocation are refused unless they are their site's", async () => {
  const recordHash = new Uint8Array(64).fill(5);
  const notice: PeerNotice = {
    kind: "void",
    recordHash,
    expiry: world.now() + 1000,
    macKeyId: pairId,
    mac: new Uint8Array(32),
  };
  expect(await hand(notice)).toBe("notice.mac");
  const revoked = { serial: 1, issuedAt: 1, devices: [{ device: alice.id, revokedAt: 1 }] };
  const list = await signRevocationList({ site: lisbon, ...revoked }, keys.signer);
  const forged = await signRevocationList({ site: secondMadrid, ...revoked }, keys.signer);
  expect(await hand({ kind: "revocation", list: forged }, secondMadrid)).toBe("signature.ed25519");
  expect(await hand({ kind: "revocation", list: forged })).toBe("revocation.other-site");
  expect(await hand({ kind: "revocation", list }, secondMadrid)).toBe("revocation.other-site");
  expect(await hand({ kind: "revocation", list })).toBe("accepted");
  const none = await signRevocationList({ site: lisbon, ...revoked, serial: 2, devices: [] }, keys.signer);
  expect(await hand({ kind: "revocation", list: none })).toBe("revocation.taken-back");
  const { id } = await supplied();
  expect(await hand(noticeOf(await sign(record(id))))).toBe("device.revoked");
});

test("every refusal is in the receiving site's log", () => {
  const refused = world.events.filter((event) => event.event === "notice.refused");
  expect(refused.length).toBeGreaterThan(10);
  expect(refused.every((event) => event.site === madrid && event.detail.from !== undefined)).toBe(true);
});
