import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, Client, pathOf } from "./support/client.ts";
import { foreign, hasOther, openTarget, type Target } from "./support/target.ts";

/** Every row of the tables of ETSI GS QKD 014 V1.1.1, over TLS sockets. */
let target: Target;
let client: Client;
// biome-ignore lint/suspicious/noExplicitAny: members of a foreign answer
let limits: any;

beforeAll(async () => {
  target = await openTarget();
  client = new Client(target);
  limits = (await client.call(target.master, pathOf(target.slave.sae, "status"))).json;
});
afterAll(async () => {
  client.close();
  await target.close();
});

const notFound = "one or more keys specified are not found on KME";
const unknown = "00000000-0000-4000-8000-000000000000";

function refused(answer: Answer, status: number, message?: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(typeof answer.json?.message).toBe("string");
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  if (message !== undefined && !foreign) expect(answer.json).toEqual({ message });
}

describe("status (§5.1, §6.1)", () => {
  it.each([
    ["source_KME_ID", "string"],
    ["target_KME_ID", "string"],
    ["master_SAE_ID", "string"],
    ["slave_SAE_ID", "string"],
    ["key_size", "number"],
    ["stored_key_count", "number"],
    ["max_key_count", "number"],
    ["max_key_per_request", "number"],
    ["max_key_size", "number"],
    ["min_key_size", "number"],
    ["max_SAE_ID_count", "number"],
  ])("has %s, a %s", (member, type) => {
    expect(typeof limits[member]).toBe(type);
    if (type === "number") {
      expect(Number.isInteger(limits[member])).toBe(true);
      expect(Math.abs(limits[member])).toBeLessThan(2 ** 31);
    }
  });

  it("names the caller and its peer, and limits that agree with one another", () => {
    expect(limits.master_SAE_ID).toBe(target.master.sae);
    expect(limits.slave_SAE_ID).toBe(target.slave.sae);
    expect(limits.stored_key_count).toBeLessThanOrEqual(limits.max_key_count);
    expect(limits.min_key_size).toBeLessThanOrEqual(limits.key_size);
    expect(limits.key_size).toBeLessThanOrEqual(limits.max_key_size);
    expect(limits.max_key_per_request).toBeGreaterThanOrEqual(1);
  });

  it("refuses an SAE nobody knows, a blank one, and other methods", async () => {
    refused(await client.call(target.master, pathOf("sae-of-nobody", "status")), 400);
    refused(await client.call(target.master, pathOf(" ", "status")), 400);
    refused(await client.call(target.master, pathOf(target.slave.sae, "status"), { method: "POST" }), 405);
  });
});

describe("enc_keys (§5.2, §6.2, §6.3)", () => {
  const one = [{ key_ID: expect.any(String), key: expect.any(String) }];

  it.each<[string, () => Promise<Answer>]>([
    ["GET alone", () => client.encByGet("")],
    ["GET with number and size", () => client.encByGet(`?number=1&size=${limits.key_size}`)],
    ["POST without a body", () => client.enc(undefined, { method: "POST" })],
    ["POST of {}", () => client.enc({})],
    ["POST with number", () => client.enc({ number: 1 })],
    ["POST with size", () => client.enc({ size: limits.key_size })],
    [
      "empty arrays",
      () => client.enc({ additional_slave_SAE_IDs: [], extension_mandatory: [], extension_optional: [] }),
    ],
    ["a member nobody knows", () => client.enc({ number: 1, colour: "blue" })],
    [
      "an optional extension nobody knows",
      () => client.enc({ extension_optional: [{ abc_colour: "blue" }] }),
    ],
    ["another content type", () => client.enc("{}", { headers: { "content-type": "text/plain" } })],
  ])("%s gives one key of the default size", async (_name, ask) => {
    const { status, json, headers, text } = await ask();
    expect(status, text).toBe(200);
    expect(json.keys).toEqual(one);
    expect(json.keys[0].key_ID).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Buffer.from(json.keys[0].key, "base64")).toHaveLength(limits.key_size / 8);
    expect(Buffer.from(json.keys[0].key, "base64").toString("base64")).toBe(json.keys[0].key);
    expect(headers["cache-control"]).toContain("no-store");
  });

  it("number and size are met to the limits, together", async () => {
    const most = Math.min(limits.max_key_per_request, 16);
    for (const size of [limits.min_key_size, limits.key_size, Math.min(limits.max_key_size, 4096)]) {
      for (const number of [1, 2, most]) {
        const keys = await client.drawn({ number, size });
        expect(keys.map(({ key }) => Buffer.from(key, "base64").length)).toEqual(
          Array(number).fill(size / 8),
        );
        expect(new Set(keys.map(({ key_ID }) => key_ID)).size).toBe(number);
        expect(new Set(keys.map(({ key }) => key)).size).toBe(number);
      }
    }
  });

  it.each<[string, () => unknown, string?]>([
    ["number 0", () => ({ number: 0 })],
    ["a negative number", () => ({ number: -1 })],
    ["one key too many", () => ({ number: limits.max_key_per_request + 1 })],
    ["a number with a fraction", () => ({ number: 1.5 })],
    ["a number as text", () => ({ number: "two" })],
    ["a number beyond 32 bits", () => ({ number: 2 ** 33 })],
    [
      "a size that is no multiple of 8",
      () => ({ size: limits.key_size + 1 }),
      "size shall be a multiple of 8",
    ],
    ["a size below the least", () => ({ size: limits.min_key_size - 8 })],
    ["a size above the largest", () => ({ size: limits.max_key_size + 8 })],
    ["a size beyond 32 bits", () => ({ size: 2 ** 40 })],
    ["additional SAEs that are no array", () => ({ additional_slave_SAE_IDs: "sae" })],
    ["an additional SAE nobody knows", () => ({ additional_slave_SAE_IDs: ["sae-of-nobody"] })],
    ["a blank additional SAE", () => ({ additional_slave_SAE_IDs: [""] })],
    ["the slave once more", () => ({ additional_slave_SAE_IDs: [target.slave.sae] })],
    ["the master as slave", () => ({ additional_slave_SAE_IDs: [target.master.sae] })],
    ["mandatory extensions that are no array", () => ({ extension_mandatory: {} })],
    [
      "a mandatory extension nobody knows",
      () => ({ extension_mandatory: [{ abc_colour: "blue" }] }),
      "not all extension_mandatory parameters are supported",
    ],
    ["an array", () => []],
    ["null", () => "null"],
    ["half a body", () => '{"number":'],
    ["what is no JSON", () => "number=1"],
    ["what is no UTF-8", () => '{"\uD800":'],
  ])("refuses %s", async (_name, body, message) => {
    refused(await client.enc(body()), 400, message);
  });

  it.each([["?number=0"], ["?number=x"], ["?size=12"], ["?size="], ["?number=1&number=2"]])(
    "refuses GET %s",
    async (query) => {
      refused(await client.encByGet(query), 400);
    },
  );

  it("refuses a key with oneself and other methods", async () => {
    refused(await client.call(target.master, pathOf(target.master.sae, "enc_keys")), 400);
    refused(await client.enc({}, { method: "DELETE" }), 405);
    refused(await client.enc({}, { method: "PUT" }), 405);
  });
});

describe("dec_keys (§5.3, §6.4)", () => {
  it("POST gives keys in the order of the request, GET exactly one, in any case of the identifiers", async () => {
    const keys = await client.drawn({ number: 3 });
    const [first, ...rest] = keys;
    const byGet = await client.decByGet(`?key_ID=${first!.key_ID.toUpperCase()}`);
    expect(byGet.json.keys).toEqual([first]);
    const wanted = rest.reverse();
    const byPost = await client.dec(wanted.map(({ key_ID }) => key_ID.toUpperCase()));
    expect(byPost.json.keys).toEqual(wanted);
    expect(byPost.headers["cache-control"]).toContain("no-store");
  });

  it("a replay is not found", async () => {
    const [key] = await client.drawn();
    expect((await client.dec([key!.key_ID])).json.keys).toEqual([key]);
    refused(await client.dec([key!.key_ID]), 400, notFound);
    refused(await client.decByGet(`?key_ID=${key!.key_ID}`), 400, notFound);
  });

  it("one unknown among several fails all, and the good ones stay", async () => {
    const keys = await client.drawn({ number: 2 });
    const ids = keys.map(({ key_ID }) => key_ID);
    refused(await client.dec([ids[0]!, unknown, ids[1]!]), 400, notFound);
    expect((await client.dec(ids)).json.keys).toEqual(keys);
  });

  it.each<[string, unknown]>([
    ["no key_IDs", {}],
    ["an empty list", { key_IDs: [] }],
    ["identifiers that are no objects", { key_IDs: [unknown] }],
    ["an identifier that is no UUID", { key_IDs: [{ key_ID: "key-1" }] }],
    ["an identifier that is a number", { key_IDs: [{ key_ID: 17 }] }],
    ["a UUID with braces", { key_IDs: [{ key_ID: `{${unknown}}` }] }],
    ["a UUID with something after it", { key_IDs: [{ key_ID: `${unknown}\n` }] }],
    ["the same twice", { key_IDs: [{ key_ID: unknown }, { key_ID: unknown }] }],
    ["half a body", '{"key_IDs":[{'],
  ])("refuses %s", async (_name, body) => {
    refused(await client.call(target.slave, pathOf(target.master.sae, "dec_keys"), { body }), 400);
  });

  it("refuses more than may be asked, none, and several by GET", async () => {
    const many = Array.from({ length: limits.max_key_per_request + 1 }, () => crypto.randomUUID());
    refused(await client.dec(many), 400);
    refused(await client.decByGet(""), 400);
    const [key] = await client.drawn();
    refused(await client.decByGet(`?key_ID=${key!.key_ID}&key_ID=${key!.key_ID}`), 400);
    expect((await client.dec([key!.key_ID])).status).toBe(200);
  });

  it("of two requests for one key at once, one gets it", async () => {
    const [key] = await client.drawn();
    const answers = await Promise.all(Array.from({ length: 4 }, () => client.dec([key!.key_ID])));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  });
});

describe.skipIf(!hasOther)("a third SAE", () => {
  it("gets none of the others' keys and spoils none", async () => {
    const [key] = await client.drawn();
    const answer = await client.dec([key!.key_ID], target.other);
    expect([400, 401]).toContain(answer.status);
    if (!foreign) expect(answer.status).toBe(401);
    expect(typeof answer.json.message).toBe("string");
    expect((await client.dec([key!.key_ID])).json.keys).toEqual([key]);
  });

  it("is not served by another's key manager", async () => {
    const { other, slave } = target;
    const answer = await client.call({ ...other!, url: slave.url }, pathOf(target.master.sae, "status"));
    refused(answer, 401);
  });

  it.each([[["slave", "other"]], [["other", "slave"]]] as const)(
    "collects a multicast key as the slave does: first the %j",
    async (order) => {
      const keys = await client.drawn({ number: 2, additional_slave_SAE_IDs: [target.other!.sae] });
      const ids = keys.map(({ key_ID }) => key_ID);
      for (const who of order) {
        expect((await client.dec(ids, target[who])).json.keys).toEqual(keys);
        refused(await client.dec(ids, target[who]), 400, notFound);
      }
      for (const who of order) refused(await client.dec(ids, target[who]), 400, notFound);
    },
  );

  it("collects one of several multicast keys without taking it from the slave", async () => {
    const keys = await client.drawn({ number: 2, additional_slave_SAE_IDs: [target.other!.sae] });
    expect((await client.dec([keys[1]!.key_ID], target.other)).json.keys).toEqual([keys[1]]);
    expect((await client.dec(keys.map(({ key_ID }) => key_ID))).json.keys).toEqual(keys);
  });
});

describe("what is no part of the interface", () => {
  it.each([
    ["/"],
    ["/api/v1/keys"],
    ["/api/v1/keys/x"],
    ["/api/v1/keys/x/enc_keys/y"],
    ["/api/v2/keys/x/status"],
  ])("%s is 404 with a message", async (path) => {
    refused(await client.call(target.master, path), 404);
  });

  it("a path that cannot be read is refused with a message", async () => {
    refused(await client.call(target.master, "/api/v1/keys/%zz/status"), 400);
  });
});

describe.skipIf(foreign)("our extensions", () => {
  it("answer the way the key took, and are met or refused in the standard's words", async () => {
    const wish = { vernam_route: { disjoint: 1, avoid: [], space: "forbid" } };
    const { json } = await client.enc({ extension_mandatory: [wish, { vernam_max_age: 3600 }] });
    const { vernam_route: route, vernam_max_age } = json.key_container_extension;
    expect(vernam_max_age).toBe(3600);
    expect(`sae-${route.routes[0][0]}`).toBe(target.master.sae);
    expect(`sae-${route.routes[0].at(-1)}`).toBe(target.slave.sae);
    expect(route.hops).toBe(route.routes[0].length - 1);
    expect(route.networkBits).toBe(route.hops * (256 + 256));
    const unmet = "not all extension_mandatory request options could be met";
    for (const impossible of [
      { vernam_route: { disjoint: 99 } },
      { vernam_route: { space: "perhaps" } },
      { vernam_route: { avoid: [target.slave.sae.slice(4)] } },
      { vernam_max_age: 0 },
      { vernam_max_age: "soon" },
    ]) {
      refused(await client.enc({ extension_mandatory: [impossible] }), 400, unmet);
      const optional = await client.enc({ extension_optional: [impossible] });
      expect(optional.status).toBe(200);
      expect(optional.json.key_container_extension.vernam_notice).toBe(
        "not all extension_optional request options handled",
      );
    }
  });
});
