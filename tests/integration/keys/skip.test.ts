import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, Client, pathOf } from "../conformance/support/client.ts";
import { foreign, openTarget, type Party, type Target } from "../conformance/support/target.ts";

/** Routers' face of the key managers: the Secure Key Integration Protocol over mutual TLS. */
let target: Target;
let client: Client;

beforeAll(async () => {
  target = await openTarget();
  client = new Client(target);
});
afterAll(async () => {
  client.close();
  await target.close();
});

const get = (party: Party, path: string) => client.call(party, path);
const draw = (query = "") => get(target.master, `/key?remoteSystemID=${target.slave.sae}${query}`);
const fetchKey = (keyId: string, by = target.slave, from = target.master.sae) =>
  get(by, `/key/${keyId}?remoteSystemID=${from}`);

function refused(answer: Answer, status: number): void {
  expect(answer.status, answer.text).toBe(status);
  expect(Object.keys(answer.json)).toEqual(["message"]);
}

describe.skipIf(foreign)("SKIP", () => {
  it("tells what it can, who the router is and whom it can reach", async () => {
    const { status, json, headers } = await get(target.master, "/capabilities");
    expect(status).toBe(200);
    expect(json).toMatchObject({ entropy: true, key: true, localSystemID: target.master.sae });
    expect(typeof json.algorithm).toBe("string");
    expect(json.remoteSystemID).toContain(target.slave.sae);
    expect(json.remoteSystemID).not.toContain(target.master.sae);
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("gives two routers the same key, in hexadecimal digits, once", async () => {
    for (const [query, digits] of [
      ["", 64],
      ["&size=128", 32],
      ["&size=512", 128],
    ] as const) {
      const { json } = await draw(query);
      expect(json.keyId).toMatch(/^[0-9a-f]{32}$/);
      expect(json.key).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
      expect((await fetchKey(json.keyId.toUpperCase())).json).toEqual(json);
      refused(await fetchKey(json.keyId), 400);
    }
  });

  it("draws from the same supply as ETSI 014: a key drawn here is fetched there, and back", async () => {
    const { json } = await draw();
    const id = json.keyId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    const [key] = (await client.dec([id])).json.keys;
    expect(Buffer.from(key.key, "base64").toString("hex")).toBe(json.key);
    const [other] = await client.drawn();
    const fetched = await fetchKey(other!.key_ID.replaceAll("-", ""));
    expect(fetched.json.key).toBe(Buffer.from(other!.key, "base64").toString("hex"));
  });

  it("gives nothing to a router that was not named, nor under another's name", async () => {
    const { json } = await draw();
    refused(await fetchKey(json.keyId, target.other), 401);
    refused(await fetchKey(json.keyId, target.slave, target.other!.sae), 400);
    expect((await fetchKey(json.keyId)).status).toBe(200);
  });

  it.each([
    ["/key"],
    ["/key?remoteSystemID="],
    ["/key?remoteSystemID=router-of-nobody"],
    ["/key?remoteSystemID=a&remoteSystemID=b"],
    ["/key/17?remoteSystemID=x"],
    ["/key/zz000000000000000000000000000000?remoteSystemID=x"],
    ["/key/00000000000000000000000000000000"],
    ["/entropy?minentropy=7"],
    ["/entropy?minentropy=80000"],
    ["/entropy?minentropy=some"],
  ])("refuses %s", async (path) => {
    refused(await get(target.slave, path), 400);
  });

  it("refuses sizes it cannot give, and a key with oneself", async () => {
    for (const size of ["7", "8", "0", "-8", "x", "16777216"]) refused(await draw(`&size=${size}`), 400);
    refused(await get(target.master, `/key?remoteSystemID=${target.master.sae}`), 400);
  });

  it("gives random numbers as long as they are wanted", async () => {
    const answers = await Promise.all(
      ["", "?minentropy=8", "?minentropy=1024"].map((query) => get(target.master, `/entropy${query}`)),
    );
    expect(answers.map(({ json }) => [json.randomStr.length * 4, json.minentropy])).toEqual([
      [256, 256],
      [8, 8],
      [1024, 1024],
    ]);
    expect((await get(target.master, "/entropy")).json.randomStr).not.toBe(answers[0]!.json.randomStr);
  });

  it("knows GET alone, and nothing else of this kind", async () => {
    for (const path of ["/capabilities", "/key", "/key/0", "/entropy"]) {
      const answer = await client.call(target.master, path, { method: "POST", body: {} });
      refused(answer, 405);
      expect(answer.headers.allow).toBe("GET");
    }
    refused(await get(target.master, "/key/0/1"), 404);
  });

  it("answers 503 with a reason when there is not enough key", async () => {
    const answers = [];
    for (let i = 0; i < 40; i++) answers.push(await draw("&size=2097152"));
    const last = answers.at(-1)!;
    refused(last, 503);
    expect(Number(last.headers["retry-after"])).toBeGreaterThan(0);
    expect((await client.call(target.master, pathOf(target.slave.sae, "status"))).status).toBe(200);
  });
});
