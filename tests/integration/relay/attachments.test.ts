import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hash } from "../../../lib/protocol/hash.ts";
import { parseRosterEvent } from "../../../lib/protocol/roster-event.ts";
import { AttachmentStore } from "../../../lib/relay/attachments/attachment-store.ts";
import { relayLimits } from "../../../lib/relay/limits.ts";
import { openRelayStore } from "../../../lib/relay/start-relay.ts";
import { fromHex, toHex } from "../../../lib/shared/hex.ts";
import { accepted, ask, makeRosterEvent, type Person, RelayWorld } from "./relay-world.ts";

const full = 64 * 1024 + 16;
let world: RelayWorld;
let lisbon: Person;
let madrid: Person;
let outsider: Person;
let conversation = "";
const tokens = new Map<string, string>();

beforeAll(async () => {
  world = await RelayWorld.start();
  lisbon = await world.connect("pt-lis-mne");
  madrid = await world.connect("es-mad-mfa");
  outsider = await world.connect("pt-lis-gns");
  conversation = await lisbon.createConversation(madrid);
});
afterAll(() => world?.stop());

async function tokenOf(person: Person): Promise<string> {
  const known = tokens.get(person.user);
  if (known !== undefined) return known;
  const token = await world.relayToken(person.session);
  tokens.set(person.user, token);
  return token;
}

async function http(
  person: Person | null,
  method: string,
  path: string,
  body?: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const authorization = person === null ? {} : { authorization: `Bearer ${await tokenOf(person)}` };
  const response = await fetch(`${world.origin}/api/attachments/${path}`, {
    method,
    headers: { ...authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, bytes, json: isJson ? JSON.parse(Buffer.from(bytes).toString()) : null };
}

const newId = () => randomBytes(16).toString("hex");
const noise = (length: number) => new Uint8Array(randomBytes(length));

/** A complete file of these chunks. */
async function upload(person: Person, chunks: readonly Uint8Array<ArrayBuffer>[], within = conversation) {
  const file = newId();
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  await http(person, "POST", `${within}/${file}?size=${size}`);
  for (const [i, chunk] of chunks.entries()) await http(person, "PUT", `${within}/${file}/${i}`, chunk);
  return file;
}

it("gives a member exactly the bytes that another uploaded, by chunk and by range", async () => {
  const chunks = [noise(full), noise(full), noise(100)];
  const file = await upload(lisbon, chunks);
  const one = await http(madrid, "GET", `${conversation}/${file}/1`);
  expect(one.status).toBe(200);
  expect(Buffer.compare(one.bytes, chunks[1] as Uint8Array)).toBe(0);
  const all = await http(madrid, "GET", `${conversation}/${file}/0?count=16`);
  expect(Buffer.compare(all.bytes, Buffer.concat(chunks))).toBe(0);
});

it("takes the same chunk again, in any order, and says what is missing", async () => {
  const file = newId();
  const size = 3 * full + 20;
  const begun = await http(lisbon, "POST", `${conversation}/${file}?size=${size}`);
  expect(begun.json).toEqual({ size, complete: false, missing: [[0, 3]] });
  const last = noise(20);
  expect((await http(lisbon, "PUT", `${conversation}/${file}/3`, last)).json).toEqual({ complete: false });
  expect((await http(lisbon, "PUT", `${conversation}/${file}/3`, last)).json).toEqual({ complete: false });
  await http(lisbon, "PUT", `${conversation}/${file}/1`, noise(full));
  const resumed = await http(lisbon, "POST", `${conversation}/${file}?size=${size}`);
  expect(resumed.json.missing).toEqual([
    [0, 0],
    [2, 2],
  ]);
  expect((await http(madrid, "GET", `${conversation}/${file}/1`)).json.code).toBe("attachment.incomplete");
  await http(lisbon, "PUT", `${conversation}/${file}/0`, noise(full));
  expect((await http(lisbon, "PUT", `${conversation}/${file}/2`, noise(full))).json).toEqual({
    complete: true,
  });
});

it("never replaces a chunk by other bytes", async () => {
  const file = await upload(lisbon, [noise(50)]);
  const other = await http(lisbon, "PUT", `${conversation}/${file}/0`, noise(50));
  expect(other).toMatchObject({ status: 409, json: { code: "attachment.conflict" } });
});

it("tells an outsider nothing, whether the file exists or not", async () => {
  const file = await upload(lisbon, [noise(50)]);
  const real = await http(outsider, "GET", `${conversation}/${file}/0`);
  const invented = await http(outsider, "GET", `${newId()}/${newId()}/0`);
  expect(real).toMatchObject({ status: 404, json: { code: "conversation.unknown" } });
  expect(invented.json).toEqual(real.json);
  for (const [method, path] of [
    ["POST", `${conversation}/${newId()}?size=50`],
    ["PUT", `${conversation}/${file}/0`],
    ["DELETE", `${conversation}/${file}`],
  ] as const) {
    const body = method === "PUT" ? noise(50) : undefined;
    expect((await http(outsider, method, path, body)).json.code).toBe("conversation.unknown");
  }
});

it("keeps a file to its conversation: a member of another one cannot fetch it through that", async () => {
  const file = await upload(lisbon, [noise(50)]);
  const elsewhere = await madrid.createConversation(outsider);
  const answer = await http(outsider, "GET", `${elsewhere}/${file}/0`);
  expect(answer.json.code).toBe("attachment.unknown");
});

it("lets only the uploader write or take back", async () => {
  const file = newId();
  await http(lisbon, "POST", `${conversation}/${file}?size=50`);
  expect((await http(madrid, "PUT", `${conversation}/${file}/0`, noise(50))).json.code).toBe(
    "attachment.unknown",
  );
  expect((await http(madrid, "POST", `${conversation}/${file}?size=50`)).json.code).toBe(
    "attachment.conflict",
  );
  expect((await http(madrid, "DELETE", `${conversation}/${file}`)).json.code).toBe("attachment.unknown");
  await http(lisbon, "PUT", `${conversation}/${file}/0`, noise(50));
  expect((await http(lisbon, "DELETE", `${conversation}/${file}`)).status).toBe(200);
  expect((await http(madrid, "GET", `${conversation}/${file}/0`)).json.code).toBe("attachment.unknown");
});

it("shuts out a member who was removed, from files that were there before too", async () => {
  const group = await lisbon.createConversation(madrid);
  const file = await upload(lisbon, [noise(50)], group);
  expect((await http(madrid, "GET", `${group}/${file}/0`)).status).toBe(200);
  const { entries } = accepted(await lisbon.read(group));
  const created = new Uint8Array(Buffer.from(entries[0]?.bytes ?? "", "base64"));
  expect(parseRosterEvent(created).value.change.kind).toBe("create");
  const previous = toHex(hash(created));
  const event = makeRosterEvent(group, lisbon, previous, { kind: "remove", user: fromHex(madrid.user) });
  accepted(await ask(lisbon.client, "roster:append", { conversation: group, previous, event }));
  expect((await http(madrid, "GET", `${group}/${file}/0`)).json.code).toBe("conversation.unknown");
});

it("asks for a token: neither nobody nor a bare cookie is served, and a sign-out ends it at once", async () => {
  const file = await upload(lisbon, [noise(50)]);
  expect((await http(null, "GET", `${conversation}/${file}/0`)).status).toBe(401);
  const cookie = { cookie: `next-auth.session-token=${madrid.session}` };
  expect((await http(null, "GET", `${conversation}/${file}/0`, undefined, cookie)).status).toBe(401);
  const guest = await world.connect("es-mad-mfa");
  expect((await http(guest, "GET", `${conversation}/${file}/0`)).status).toBe(200);
  tokens.delete(guest.user);
  const token = await tokenOf(guest);
  tokens.delete(guest.user);
  await world.relay.runtime.signOut(guest.session);
  const after = await fetch(`${world.origin}/api/attachments/${conversation}/${file}/0`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(after.status).toBe(401);
});

it("refuses chunks of a wrong length or place, sizes beyond the limit, and nonsense", async () => {
  const file = newId();
  await http(lisbon, "POST", `${conversation}/${file}?size=${full + 20}`);
  const codes = [
    await http(lisbon, "PUT", `${conversation}/${file}/0`, noise(full - 1)),
    await http(lisbon, "PUT", `${conversation}/${file}/1`, noise(21)),
    await http(lisbon, "PUT", `${conversation}/${file}/2`, noise(20)),
    await http(lisbon, "PUT", `${conversation}/${file}/0`, noise(full + 1)),
    await http(lisbon, "POST", `${conversation}/${newId()}?size=${relayLimits.attachment + 1}`),
    await http(lisbon, "POST", `${conversation}/${newId()}?size=1e3`),
    await http(lisbon, "GET", `${conversation}/${file}/0?count=17`),
    await http(lisbon, "GET", `${conversation}/..%2f..%2fetc/0`),
  ].map(({ json }) => json.code);
  expect(codes).toEqual([
    ...Array(3).fill("relay.malformed"),
    "relay.too-large",
    "relay.too-large",
    ...Array(3).fill("relay.malformed"),
  ]);
});

it("says when one person's files take all the space there is", async () => {
  const codes: string[] = [];
  for (let i = 0; i < 9; i++) {
    const begun = await http(outsider, "POST", `${await own()}/${newId()}?size=${relayLimits.attachment}`);
    codes.push(begun.json.code ?? "begun");
  }
  expect(codes.slice(0, 7)).toEqual(Array(7).fill("begun"));
  expect(codes.at(-1)).toBe("attachment.quota");
});

let ownConversation: string | undefined;
async function own(): Promise<string> {
  ownConversation ??= await outsider.createConversation(madrid);
  return ownConversation;
}

it("has every acknowledged chunk after a restart, and goes on from there", async () => {
  const file = newId();
  const chunks = [noise(full), noise(full), noise(30)];
  const size = 2 * full + 30;
  await http(lisbon, "POST", `${conversation}/${file}?size=${size}`);
  await http(lisbon, "PUT", `${conversation}/${file}/1`, chunks[1] as Uint8Array<ArrayBuffer>);
  await world.stop({ keepData: true });
  world = await RelayWorld.start({ DATA_DIR: world.dataFolder });
  tokens.clear();
  const resumed = await http(lisbon, "POST", `${conversation}/${file}?size=${size}`);
  expect(resumed.json.missing).toEqual([
    [0, 0],
    [2, 2],
  ]);
  for (const i of [0, 2])
    await http(lisbon, "PUT", `${conversation}/${file}/${i}`, chunks[i] as Uint8Array<ArrayBuffer>);
  const all = await http(madrid, "GET", `${conversation}/${file}/0?count=3`);
  expect(Buffer.compare(all.bytes, Buffer.concat(chunks))).toBe(0);
});

it("forgets uploads that never ended after a week and finished files after ninety days, with their chunks", async () => {
  const done = await upload(lisbon, [noise(50)]);
  const stopped = newId();
  await http(lisbon, "POST", `${conversation}/${stopped}?size=50`);
  const { dataFolder } = world;
  await world.stop({ keepData: true });
  const store = await openRelayStore({ dataFolder, databaseUrl: undefined });
  const files = new AttachmentStore(store.database);
  const kept = async () =>
    (await store.database.query<{ id: Uint8Array }>("SELECT id FROM attachments")).map(({ id }) => toHex(id));
  const day = 86_400_000;
  await files.sweep(Date.now() + 6 * day);
  expect(await kept()).toEqual(expect.arrayContaining([done, stopped]));
  await files.sweep(Date.now() + 8 * day);
  expect(await kept()).toContain(done);
  expect(await kept()).not.toContain(stopped);
  await files.sweep(Date.now() + 91 * day);
  expect(await kept()).toEqual([]);
  expect(await store.database.query("SELECT position FROM attachment_chunks")).toEqual([]);
  await store.close();
  world = await RelayWorld.start({ DATA_DIR: dataFolder });
});
