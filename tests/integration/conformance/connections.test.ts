import { Agent } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KmeServer } from "../../../lib/keys/etsi014/kme-server.ts";
import { CertificateIssuer, createRoot } from "../../../lib/keys/pki/certificates.ts";
import { Client, type KeyEntry, pathOf } from "./support/client.ts";
import { foreign, openTarget, type Party, type Target } from "./support/target.ts";

/** What goes on beside the tables: connections, loads, hostile clients, time and restarts. */
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

function open(party: Party, options: { readonly url?: string } = {}): Promise<TLSSocket> {
  const { hostname: host, port } = new URL(options.url ?? party.url);
  return new Promise((resolve, reject) => {
    const { cert, key } = party;
    const socket = connect({ host, port: Number(port), ca: target.ca, cert, key }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Everything that comes until the other side closes. */
function readAll(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    socket.on("error", () => resolve(text));
    socket.once("close", () => resolve(text));
  });
}

describe("connections", () => {
  it("are kept open from one request to the next, also after an error", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answers = [];
    for (const body of [{}, { size: 7 }, "{", {}, { additional_slave_SAE_IDs: ["sae-of-nobody"] }, {}])
      answers.push(await client.enc(body, { agent }));
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 200, 400, 200]);
    expect(new Set(answers.map(({ connection }) => connection)).size).toBe(1);
    agent.destroy();
  });

  it("two hundred requests at once never share an identifier or a key, and all can be fetched", async () => {
    const drawn = await Promise.all(Array.from({ length: 200 }, () => client.drawn()));
    const keys = drawn.flat();
    expect(new Set(keys.map(({ key_ID }) => key_ID)).size).toBe(200);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(200);
    const fetched = await Promise.all(keys.map(({ key_ID }) => client.dec([key_ID])));
    expect(fetched.flatMap(({ json }) => json.keys as KeyEntry[])).toEqual(keys);
  });

  it("need a certificate of the authority, and TLS 1.2 or newer", async () => {
    const without = { cert: undefined, key: undefined } as unknown as Record<string, string>;
    await expect(client.enc({}, { agent: new Agent(), tls: without })).rejects.toThrow();
    const issuer = await CertificateIssuer.open(await createRoot("Vernam key network root", Date.now()));
    const twin = await issuer.issue({ commonName: target.master.sae, usage: "client" }, Date.now());
    const tls = { cert: twin.certificate, key: twin.privateKey };
    await expect(client.enc({}, { agent: new Agent(), tls })).rejects.toThrow();
    await expect(
      client.enc({}, { agent: new Agent(), tls: { minVersion: "TLSv1", maxVersion: "TLSv1.1" } }),
    ).rejects.toThrow();
    expect((await client.enc({}, { agent: new Agent(), tls: { maxVersion: "TLSv1.2" } })).status).toBe(200);
  });

  it("show a version 3 certificate with names and addresses", async () => {
    const socket = await open(target.master);
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    expect(certificate?.subjectAltName).toMatch(/DNS:|IP Address:/);
    expect(certificate?.ca).toBe(false);
  });
});

describe("hostile clients", () => {
  const path = () => pathOf(target.slave.sae, "enc_keys");

  it("that send far too much are cut off with an answer", async () => {
    const answer = await client.enc(JSON.stringify({ filler: "x".repeat(4_000_000) }), {
      agent: new Agent(),
    });
    expect([400, 413]).toContain(answer.status);
    expect(typeof answer.json.message).toBe("string");
  });

  it.each([
    [
      "headers without end",
      () => `GET ${path()} HTTP/1.1\r\nhost: x\r\nfiller: ${"x".repeat(100_000)}\r\n\r\n`,
      431,
    ],
    ["what is no HTTP", () => "\x16\x03\x01 keys please\r\n\r\n", 400],
    ["a length that is none", () => `POST ${path()} HTTP/1.1\r\nhost: x\r\ncontent-length: ten\r\n\r\n`, 400],
    [
      "two lengths",
      () => `POST ${path()} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
      400,
    ],
  ])("that send %s are refused and closed", async (_what, text, status) => {
    const socket = await open(target.master);
    const received = readAll(socket);
    socket.write(text());
    const answer = await received;
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    if (!foreign) expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toHaveProperty("message");
  });

  it("deeply nested and strangely named JSON is read like any other", async () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    for (const body of [
      `{"number":1,"x":${deep}}`,
      '{"__proto__":{"number":9},"constructor":{"prototype":{}},"toString":1}',
      '{"extension_optional":[{"__proto__":1}]}',
    ]) {
      const answer = await client.enc(body);
      expect([200, 400]).toContain(answer.status);
      if (answer.status === 200) expect(answer.json.keys).toHaveLength(1);
    }
  });

  it.skipIf(foreign)("that send a byte now and then lose the connection", async () => {
    const { world } = target.own!.test;
    const site = target.master.sae.slice(4);
    const server = await KmeServer.listen({
      host: "127.0.0.1",
      clientRoot: world.pki.root.certificate,
      saes: world.pki.saes,
      listeners: [{ kme: world.kme(site), certificate: await world.pki.kmeCertificate(site), port: 0 }],
      patience: { handshakeMs: 300, headersMs: 300, requestMs: 400 },
    });
    try {
      const url = `https://127.0.0.1:${server.port(site)}`;
      const beginnings = [
        `GET ${path()} HTTP/1.1\r\nhost: x\r\n`,
        `POST ${path()} HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{`,
      ];
      const answers = beginnings.map(async (text) => {
        const socket = await open(target.master, { url });
        const received = readAll(socket);
        socket.write(text);
        const drip = setInterval(() => socket.write(text.endsWith("{") ? " " : "x"), 50);
        const answer = await received;
        clearInterval(drip);
        return answer;
      });
      for (const answer of await Promise.all(answers)) {
        expect(answer).toContain("HTTP/1.1 408");
        expect(answer).toContain('{"message":');
      }
      // Others were served all the while.
      expect((await client.call({ ...target.master, url }, path())).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});

describe.skipIf(foreign)("time and restarts", () => {
  it("a key that nobody collected in its time is not found, others are", async () => {
    const [brief] = await client.drawn({ extension_mandatory: [{ vernam_max_age: 60 }] });
    const [usual] = await client.drawn();
    target.own?.passTime(61_000);
    expect((await client.dec([brief!.key_ID])).json.message).toMatch(/not found on KME/);
    expect((await client.dec([usual!.key_ID])).json.keys).toEqual([usual]);
    const [other] = await client.drawn();
    target.own?.passTime(7 * 24 * 3_600_000);
    expect((await client.dec([other!.key_ID])).status).toBe(400);
  });

  it("keys drawn before a restart are collected once after it, as if nothing had been", async () => {
    const keys = await client.drawn({ number: 3, additional_slave_SAE_IDs: [target.other!.sae] });
    const ids = keys.map(({ key_ID }) => key_ID);
    expect((await client.dec([ids[0]!])).status).toBe(200);
    client.close();
    await target.own?.restart();
    client = new Client(target);
    expect((await client.dec(ids.slice(0, 2))).status).toBe(400);
    expect((await client.dec(ids.slice(1))).json.keys).toEqual(keys.slice(1));
    expect((await client.dec(ids, target.other)).json.keys).toEqual(keys);
  });

  it("an empty pool answers 503 with the reason and when to come back, and takes nothing", async () => {
    const { links } = target.own!.test;
    const before = links.pools().map((pool) => pool.availableBytes);
    const answer = await client.enc({ number: 128, size: 2_097_152 });
    expect(answer.status).toBe(503);
    expect(answer.json.message).toMatch(/There is no key route between/);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(links.pools().map((pool) => pool.availableBytes)).toEqual(before);
    expect((await client.enc()).status).toBe(200);
  });
});
