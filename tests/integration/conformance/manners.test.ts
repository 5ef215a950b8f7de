import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";
import { Client, pathOf } from "./support/client.ts";
import type { Party, Target } from "./support/target.ts";

/** What a KME does when it is told to be strict and to forgive a lost answer. */
let folder: string;
let test: TestWorld;
let client: Client;
let target: Target;

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder, { listen: { manners: { strict: true, retryGraceMs: 60_000 } } });
  const { endpointSites, pki } = test.world;
  const party = (site: string): Party => {
    const { certificate: cert, privateKey: key } = pki.saeCertificate(`sae-${site}`);
    return { sae: `sae-${site}`, url: test.world.addressOf(site)!, cert, key };
  };
  const [master, other, slave] = endpointSites.map(party);
  target = {
    ca: pki.root.certificate,
    master: master!,
    slave: slave!,
    other,
    own: undefined,
    close: async () => undefined,
  };
  client = new Client(target);
});
afterAll(async () => {
  client.close();
  await test.world.close();
  removeFolder(folder);
});

describe("a strict key manager", () => {
  it.each([
    [{ additional_slave_SAE_IDs: [] }],
    [{ extension_mandatory: [] }],
    [{ extension_optional: [] }],
    [{ number: null }],
    [{ colour: "blue" }],
  ])("refuses %j", async (body) => {
    expect((await client.enc(body)).status).toBe(400);
  });

  it("takes what the standard describes, and says in its document what that is", async () => {
    expect((await client.enc({ number: 1, size: 256 })).status).toBe(200);
    expect((await client.enc(undefined, { method: "POST" })).status).toBe(200);
    const { json } = await client.call(target.master, "/openapi.json");
    const { schema } =
      json.paths["/api/v1/keys/{slave_SAE_ID}/enc_keys"].post.requestBody.content["application/json"];
    expect(schema.additionalProperties).toBe(false);
  });
});

describe("a key manager that forgives a lost answer", () => {
  it("answers the same request of the same SAE once more, and no more", async () => {
    const keys = await client.drawn({ number: 2 });
    const ids = keys.map(({ key_ID }) => key_ID);
    for (let i = 0; i < 2; i++) expect((await client.dec(ids)).json.keys).toEqual(keys);
    expect((await client.dec(ids)).status).toBe(400);
  });

  it("forgives no other request and no other SAE", async () => {
    const keys = await client.drawn({ number: 2, additional_slave_SAE_IDs: [target.other!.sae] });
    const ids = keys.map(({ key_ID }) => key_ID);
    expect((await client.dec(ids)).status).toBe(200);
    expect((await client.dec([ids[0]!])).status).toBe(400);
    const { slave, other, master } = target;
    const elsewhere = await client.call({ ...other!, url: slave.url }, pathOf(master.sae, "dec_keys"), {
      body: { key_IDs: ids.map((key_ID) => ({ key_ID })) },
    });
    expect(elsewhere.status).toBe(401);
    expect((await client.dec(ids, other)).json.keys).toEqual(keys);
  });
});
