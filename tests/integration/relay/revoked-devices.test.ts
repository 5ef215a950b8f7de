import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signRevocationList } from "../../../lib/protocol/revocation-list.ts";
import type { DualSigner } from "../../../lib/protocol/signing.ts";
import { signSiteList } from "../../../lib/protocol/site-list.ts";
import { type Bytes, concatBytes } from "../../../lib/shared/bytes.ts";
import { fromHex } from "../../../lib/shared/hex.ts";
import { makeSigner } from "../../messenger/fakes/fake-gateway.ts";
import { type Client, connected, RelayWorld } from "./relay-world.ts";

const lost = "aa".repeat(16);
const other = "bb".repeat(16);

let gateway: Server;
let world: RelayWorld;
let site: DualSigner;
let neighbour: DualSigner;
let stranger: DualSigner;

beforeAll(async () => {
  const root = await makeSigner();
  [site, neighbour, stranger] = [await makeSigner(), await makeSigner(), await makeSigner()];
  const entryOf = (id: string, country: string, keys: DualSigner) => ({
    site: id,
    name: id,
    country,
    ed25519Key: keys.ed25519PublicKey,
    mlDsaKey: keys.mlDsaPublicKey,
    gatewayKey: new Uint8Array(1216),
    gatewayUrl: `http://localhost/${id}`,
  });
  const sites = [entryOf("es-mad-mfa", "ES", neighbour), entryOf("pt-lis-mne", "PT", site)];
  const list = await signSiteList({ serial: 1, expiry: Date.now() + 1e9, network: "test", sites }, root);
  gateway = createServer((request, response) => {
    const keys = concatBytes(root.ed25519PublicKey, root.mlDsaPublicKey);
    response.end(Buffer.from(request.url === "/site-list" ? list : keys));
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  const { port } = gateway.address() as AddressInfo;
  world = await RelayWorld.start({ GATEWAY_ORIGIN: `http://127.0.0.1:${port}` });
});

afterAll(async () => {
  await world?.stop();
  gateway?.close();
});

function listBy(signer: DualSigner, from = "pt-lis-mne"): Promise<Bytes> {
  const devices = [{ device: fromHex(lost), revokedAt: 1 }];
  return signRevocationList({ site: from, serial: 1, issuedAt: 1, devices }, signer);
}

async function connect(handle: string, device: string): Promise<Client> {
  const { session } = await world.signIn(handle);
  const client = world.socket({ device, token: await world.relayToken(session) });
  await connected(client);
  return client;
}

async function bring(client: Client, list: Bytes): Promise<boolean> {
  return (await client.emitWithAck("directory:revocations", { list })).ok;
}

test("a site's list says nothing of another site's device, however well it is signed", async () => {
  const [device, carrier] = [await connect("pt-lis-mne", lost), await connect("es-mad-mfa", other)];
  expect(await bring(carrier, await listBy(neighbour, "es-mad-mfa"))).toBe(true);
  const again = await connect("pt-lis-mne", lost);
  expect([device.connected, again.connected]).toEqual([true, true]);
});

test("a device on its site's signed list loses its socket and opens no other; a forged list does nothing", async () => {
  const [revoked, carrier] = [await connect("pt-lis-mne", lost), await connect("es-mad-mfa", other)];
  expect(await bring(carrier, await listBy(stranger))).toBe(false);
  expect(revoked.connected).toBe(true);
  const ended = new Promise<void>((resolve) => revoked.once("disconnect", () => resolve()));
  expect(await bring(carrier, await listBy(site))).toBe(true);
  await ended;
  expect(carrier.connected).toBe(true);
  await expect(connect("pt-lis-mne", lost)).rejects.toThrow();
});
