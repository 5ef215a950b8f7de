import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ExternalKeyProvider } from "../../../lib/keys/external/external-key-provider.ts";
import { readExternalKmes } from "../../../lib/keys/external/external-kmes.ts";
import { CertificateIssuer, createRoot } from "../../../lib/keys/pki/certificates.ts";
import { parseDrawRecord } from "../../../lib/protocol/draw-record.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";
import { TestDevice } from "../gateway/support/test-device.ts";
import { GatewaysOverKeys } from "./support/gateways-over-keys.ts";
import { MisbehavingProxy, type ProxiedAnswer } from "./support/misbehaving-proxy.ts";

/**
 * Two sites whose gateways ask a foreign key network, as its administrator and theirs configured it, through proxies
 * that do what real key managers do; the other two sites keep the built-in one.
 */
const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";
const otherLisbon = "pt-lis-gns";
const otherMadrid = "es-mad-int";

let foreign: TestWorld;
let foreignFolder: string;
let folder: string;
let world: GatewaysOverKeys;
let atLisbon: MisbehavingProxy;
let atMadrid: MisbehavingProxy;
let alice: TestDevice;
let bob: TestDevice;
let carol: TestDevice;
let dave: TestDevice;

/** The foreign network's administrator issues an SAE's certificate and puts a proxy before its key manager. */
async function openForeignSite(site: string, sae: string): Promise<MisbehavingProxy> {
  const { pki } = foreign.world;
  const client = await pki.issueSae(sae, site);
  writeFileSync(join(folder, `${sae}.pem`), client.certificate);
  writeFileSync(join(folder, `${sae}.key`), client.privateKey);
  writeFileSync(join(folder, "ca.pem"), pki.root.certificate);
  const target = foreign.world.addressOf(site)!;
  const root = pki.root.certificate;
  return MisbehavingProxy.open({ target, root, client, server: await pki.kmeCertificate(site) });
}

function siteEntry(proxy: MisbehavingProxy, sae: string, peers: Record<string, string>) {
  return { url: proxy.url, ca: "ca.pem", certificate: `${sae}.pem`, key: `${sae}.key`, peers };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-external-files-"));
  foreignFolder = await newFolder();
  foreign = await openTestWorld(foreignFolder);
  atLisbon = await openForeignSite(lisbon, "encryptor-1");
  atMadrid = await openForeignSite(madrid, "encryptor-2");
  const file = join(folder, "external-kmes.json");
  const sites = {
    [lisbon]: {
      ...siteEntry(atLisbon, "encryptor-1", { [madrid]: "encryptor-2" }),
      extension_mandatory: [{ vernam_route: { space: "forbid" } }],
    },
    [madrid]: siteEntry(atMadrid, "encryptor-2", { [lisbon]: "encryptor-1" }),
  };
  writeFileSync(file, JSON.stringify({ sites }));
  world = await GatewaysOverKeys.start(file);
  [alice, bob, carol, dave] = await Promise.all([
    TestDevice.ready(world, lisbon),
    TestDevice.ready(world, madrid),
    TestDevice.ready(world, otherLisbon),
    TestDevice.ready(world, otherMadrid),
  ]);
});

afterAll(async () => {
  // Whatever the key managers did, no gateway refused another's record for good.
  expect(world.refused).toEqual([]);
  expect(world.errors).toEqual([]);
  await world?.close();
  await Promise.all([atLisbon?.close(), atMadrid?.close()]);
  await foreign?.world.close();
  removeFolder(foreignFolder);
  rmSync(folder, { recursive: true, force: true });
});

/** Limits as many real key managers have them. */
const small: MisbehavingProxy["misbehave"] = async ({ action, body }, ask) => {
  if (action === "status") {
    const { body: status, ...rest } = await ask();
    return { ...rest, body: { ...(status as object), max_key_size: "256", max_key_per_request: "10" } };
  }
  const {
    number = 1,
    size = 256,
    key_IDs = [],
  } = (body ?? {}) as {
    number?: number;
    size?: number;
    key_IDs?: unknown[];
  };
  if (number > 10 || size > 256 || key_IDs.length > 10)
    return { status: 400, body: { message: "Requested number of keys too large" } };
  return ask();
};

beforeEach(() => {
  atLisbon.misbehave = small;
  atMadrid.misbehave = small;
  atLisbon.requests.length = 0;
  atMadrid.requests.length = 0;
});

/** `answers` in turn instead of the key manager's to `action`, then the key manager's own. */
function first(action: string, answers: readonly ProxiedAnswer[]): MisbehavingProxy["misbehave"] {
  const left = [...answers];
  return async (request, ask) => {
    const next = request.action === action ? left.shift() : undefined;
    return next ?? small(request, ask);
  };
}

test("two conversations at once, over the foreign key managers and over the built-in ones, look the same", async () => {
  const drawn = await Promise.all([alice.draw([bob]), carol.draw([dave])]);
  const [foreignKey, builtInKey] = drawn;
  expect(await bob.fetchKey(foreignKey.recordHash)).toEqual(foreignKey.key);
  expect(await dave.fetchKey(builtInKey.recordHash)).toEqual(builtInKey.key);
  const records = drawn.map(({ record }) => parseDrawRecord(record).value);
  expect(Object.keys(records[0]!).sort()).toEqual(Object.keys(records[1]!).sort());
  // 96 bytes in keys of 256 bits there, in one key here.
  expect(records.map(({ keyIds }) => keyIds.length)).toEqual([3, 1]);
  const back = await bob.draw([alice]);
  expect(await alice.fetchKey(back.recordHash)).toEqual(back.key);
  expect(atLisbon.requests.some(({ action }) => action === "dec_keys")).toBe(true);
});

test("a long pad is put together from many keys, ten at a time, and its way is demanded every time", async () => {
  const { key, record, recordHash } = await alice.draw([bob], { bytes: 1000 });
  expect(parseDrawRecord(record).value.keyIds).toHaveLength(32);
  expect(await bob.fetchKey(recordHash)).toEqual(key);
  const asked = atLisbon.requests.filter(({ action }) => action === "enc_keys");
  expect(asked.length).toBeGreaterThanOrEqual(4);
  for (const { body } of asked)
    expect(body).toMatchObject({ extension_mandatory: [{ vernam_route: { space: "forbid" } }] });
});

test("one key for sites of both networks is masked for each", async () => {
  const { key, record, recordHash } = await alice.draw([bob, dave]);
  expect(
    parseDrawRecord(record)
      .value.shares?.map(({ site }) => site)
      .sort(),
  ).toEqual([madrid, otherMadrid].sort());
  expect(await bob.fetchKey(recordHash)).toEqual(key);
  expect(await dave.fetchKey(recordHash)).toEqual(key);
});

describe("a key manager that synchronises late", () => {
  test.each([
    [400, { message: "one or more keys specified are not found on KME" }],
    [401, { message: "Unauthorized" }],
    [403, ""],
    [404, "not json"],
    [410, {}],
    [503, { message: "synchronising" }],
  ])("with %i at first gives the key a moment later", async (status, body) => {
    atMadrid.misbehave = first("dec_keys", [
      { status, body },
      { status, body },
    ]);
    const { key, recordHash } = await alice.draw([bob]);
    expect(await bob.fetchKey(recordHash)).toEqual(key);
  });

  test("in the middle of many keys loses none of those it gave", async () => {
    let answered = 0;
    atMadrid.misbehave = async (request, ask) => {
      if (request.action === "dec_keys" && ++answered === 2)
        return { status: 500, body: { message: "failure" } };
      return small(request, ask);
    };
    const { key, recordHash } = await alice.draw([bob], { bytes: 1000 });
    expect(await bob.fetchKey(recordHash)).toEqual(key);
  });
});

describe("a key manager that is short of key", () => {
  test.each([
    [503, { message: "Not enough key" }, { "retry-after": "1" }],
    [400, { message: "not enough keys available" }, {}],
    [429, {}, {}],
  ])("and says so with %i is asked again", async (status, body, headers) => {
    atLisbon.misbehave = first("enc_keys", [{ status, body, headers }]);
    const { key, recordHash } = await alice.draw([bob]);
    expect(await bob.fetchKey(recordHash)).toEqual(key);
  });

  test("for long lets the message wait with its words", async () => {
    atLisbon.misbehave = async (request, ask) =>
      request.action === "enc_keys"
        ? { status: 503, body: { message: "no key until noon" } }
        : small(request, ask);
    const answer = await alice.ask({ type: "draw", request: alice.request([bob]) });
    expect(answer).toMatchObject({ type: "error", code: "key.unavailable" });
  });
});

describe("a key manager that cannot be used", () => {
  const drawAnswer = () => alice.ask({ type: "draw", request: alice.request([bob]) });

  test.each([
    ["refuses the demanded route", 400, { message: "not all extension_mandatory parameters are supported" }],
    ["does not know the certificate", 502, "bad gateway"],
    ["answers something else", 200, { key: "none" }],
    ["answers fewer keys than were asked for", 200, { keys: [] }],
    ["gives key_IDs that are no UUIDs", 200, { keys: [{ key_ID: "17", key: "AAAA" }] }],
  ])("because it %s makes the message wait", async (_why, status, body) => {
    atLisbon.misbehave = async (request, ask) =>
      request.action === "enc_keys" ? { status, body } : small(request, ask);
    expect(await drawAnswer()).toMatchObject({ type: "error", code: "key.unavailable" });
  });

  test("because it repeats a key is refused, with an alarm in the site's ledger, however late", async () => {
    let kept: ProxiedAnswer | undefined;
    atLisbon.misbehave = async (request, ask) => {
      if (request.action !== "enc_keys") return small(request, ask);
      kept ??= await ask();
      return kept;
    };
    const { recordHash, key } = await alice.draw([bob]);
    expect(await bob.fetchKey(recordHash)).toEqual(key);
    expect(await drawAnswer()).toMatchObject({ type: "error", code: "key.repeated" });
    const { keys } = kept!.body as { keys: { key_ID: string; key: string }[] };
    const renamed = keys.map(({ key }) => ({ key_ID: crypto.randomUUID(), key }));
    kept = { status: 200, body: { keys: renamed } };
    expect(await drawAnswer()).toMatchObject({ type: "error", code: "key.repeated" });
    const rows = await world.keys.world.database.query(
      "SELECT 1 FROM ledger_rows WHERE site = $1 AND kind = 'alarm'",
      [lisbon],
    );
    expect(rows).toHaveLength(2);
  });
});

describe("certificates", () => {
  test("of another authority make the message wait with that reason", async () => {
    const stranger = await createRoot("Somebody else", Date.now());
    const issuer = await CertificateIssuer.open(stranger);
    const client = await issuer.issue({ commonName: "encryptor-1", usage: "client" }, Date.now());
    writeFileSync(join(folder, "wrong.pem"), client.certificate);
    writeFileSync(join(folder, "wrong.key"), client.privateKey);
    writeFileSync(join(folder, "wrong-ca.pem"), stranger.certificate);
    const entry = siteEntry(atLisbon, "encryptor-1", { [madrid]: "encryptor-2" });
    for (const wrong of [{ ca: "wrong-ca.pem" }, { certificate: "wrong.pem", key: "wrong.key" }]) {
      const file = join(folder, "wrong.json");
      writeFileSync(file, JSON.stringify({ sites: { [lisbon]: { ...entry, ...wrong } } }));
      const provider = new ExternalKeyProvider({
        kme: readExternalKmes(file).get(lisbon)!,
        saeOf: (site) => `sae-${site}`,
        builtIn: foreign.world.providerFor(lisbon, "built-in"),
        acceptKeys: async () => undefined,
      });
      await expect(provider.status(`sae-${madrid}`)).rejects.toMatchObject({
        code: "key.unavailable",
        message: expect.stringMatching(/does not answer/),
      });
      provider.close();
    }
  });

  test("and files that are not there are named at the start", () => {
    const file = join(folder, "missing.json");
    const sites = {
      [lisbon]: { url: "https://127.0.0.1:1", ca: "x", certificate: "x", key: "x", peers: {} },
    };
    writeFileSync(file, JSON.stringify({ sites }));
    expect(() => readExternalKmes(file)).toThrow(/x for external key managers is wrong: it cannot be read/);
    writeFileSync(file, "{");
    expect(() => readExternalKmes(file)).toThrow(/not JSON/);
    writeFileSync(file, JSON.stringify({ sites: { [lisbon]: { url: "http://kme" } } }));
    expect(() => readExternalKmes(file)).toThrow(/sites.pt-lis-mne.url/);
  });
});
