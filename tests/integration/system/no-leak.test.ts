import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { GatewayClient } from "../../../lib/messenger/gateway/gateway-client.ts";
import { pad, paddedLengthFor } from "../../../lib/protocol/padding.ts";
import { encodePayload, payloadKinds } from "../../../lib/protocol/payload.ts";
import { copyBytes, utf8 } from "../../../lib/shared/bytes.ts";
import { fromHex, toHex } from "../../../lib/shared/hex.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";
import { Deployment } from "../../support/deployment.ts";
import { Post } from "../../support/post.ts";
import { until } from "../../support/until.ts";
import { LeakSearch, runLength } from "./support/leak-search.ts";
import { RecordingProxy } from "./support/recording-proxy.ts";

/**
 * Everything that reaches the web process while two devices write to each other (every byte on its sockets in both
 * directions, then its files and its log) is searched for every text and every secret that the devices held.
 */
const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";
const macKeyLength = 32;

/** A whole deployment, started while other tests use the machine too. */
const startMs = 180_000;

let deployment: Deployment;
let proxy: RecordingProxy;
let folder: string;
let conversation: string;
let output = "";
/** What a client sent that no log may repeat. */
const planted = new LeakSearch();
const texts: string[] = [];
const padTexts: string[] = [];

/**
 * Every key that the gateways gave the devices of this process (pads, epoch keys), and whatever else they held that is
 * 32 bytes long and secret: chain keys, message keys, access secrets, the seeds of their own keys.
 */
const secrets = new Map<string, Uint8Array>();
const { reveal } = SecretBytes.prototype;
const { draw, unseal } = GatewayClient.prototype;
const keyLength = 32;

function keep(secret: Uint8Array): void {
  if (secret.some((byte) => byte !== 0)) secrets.set(toHex(secret), copyBytes(secret));
}

function watchSecrets(): void {
  GatewayClient.prototype.draw = async function drawAndKeep(this: GatewayClient, request) {
    const drawn = await draw.call(this, request);
    keep(drawn.key);
    return drawn;
  };
  GatewayClient.prototype.unseal = async function unsealAndKeep(this: GatewayClient, pushed) {
    const opened = await unseal.call(this, pushed);
    keep(reveal.call(opened.key));
    return opened;
  };
  SecretBytes.prototype.reveal = function revealAndKeep(this: SecretBytes) {
    const bytes = reveal.call(this);
    if (bytes.length === keyLength) keep(bytes);
    return bytes;
  };
}

function unwatchSecrets(): void {
  Object.assign(GatewayClient.prototype, { draw, unseal });
  SecretBytes.prototype.reveal = reveal;
}

/** Texts no other part of the program could contain by chance. */
function newText(length: number): string {
  return `Confidential ${randomBytes(length).toString("base64url")}`.slice(0, length);
}

interface UsedPad {
  readonly ciphertext: Buffer;
  /** How many bytes of the key there are before the padding and its marker. */
  readonly untilPadding: number;
}

/** What each key would have made of each text; the pad that was really used for it is among them. */
function padsFor(text: string): Map<string, UsedPad> {
  const payload = encodePayload({ kind: payloadKinds.text, body: text });
  const padded = pad(payload, paddedLengthFor(payload.length));
  const untilPadding = macKeyLength + payload.length;
  const fitting = [...secrets].filter(([, key]) => key.length === macKeyLength + padded.length);
  return new Map(
    fitting.map(([hex, key]) => {
      const ciphertext = Buffer.from(padded.map((byte, i) => byte ^ (key[macKeyLength + i] ?? 0)));
      return [hex, { ciphertext, untilPadding }];
    }),
  );
}

/**
 * Everything that must not be found. Where the plaintext is the zeros that pad it, ciphertext and pad are the same
 * bytes by the nature of a one-time pad (they were used once, for zeros): runs that lie wholly there are left out, the
 * marker before the zeros included, of which a base64 spelling shows only bits that it does not change.
 */
function search(): LeakSearch {
  const all = new LeakSearch();
  const sent = recordedBytes("client");
  const used = new Map(
    padTexts.flatMap((text) => [...padsFor(text)].filter(([, { ciphertext }]) => sent.includes(ciphertext))),
  );
  for (const text of texts) all.add(`text "${text.slice(0, 24)}"`, utf8(text));
  for (const [hex, secret] of secrets) {
    const end = (used.get(hex)?.untilPadding ?? secret.length) + runLength - 1;
    all.add(`secret ${hex.slice(0, 8)} of ${secret.length} bytes`, secret.subarray(0, end));
  }
  return all;
}

/** Name and content of each file below a folder. */
function* filesBelow(path: string): Generator<readonly [string, Uint8Array]> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(inside);
    else if (entry.isFile()) yield [inside, readFileSync(inside)];
  }
}

function leaksInRecordings(what: LeakSearch) {
  return proxy
    .recordings()
    .flatMap(({ from, wire, frames }) =>
      [...what.find(wire), ...what.find(frames)].map((leak) => ({ ...leak, from })),
    );
}

function recordedBytes(from: "client" | "server"): Buffer {
  return Buffer.concat(
    proxy.recordings().flatMap((one) => (one.from === from ? [one.wire, one.frames] : [])),
  );
}

/** As it is, or in base64: so Socket.IO carries bytes until its connection has become a WebSocket. */
function isIn(recorded: Buffer, bytes: Buffer): boolean {
  return (
    recorded.includes(bytes) ||
    [0, 1, 2].some((before) => {
      const spelled = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
      return recorded.includes(
        spelled.slice(Math.ceil((before * 4) / 3), spelled.replace(/=+$/, "").length - 1),
      );
    })
  );
}

async function converse(): Promise<void> {
  const at = { origin: proxy.origin, gatewayOrigin: deployment.gatewayOrigin };
  const alice = await Post.open(at, lisbon, folder);
  let bob = await Post.open(at, madrid, folder);
  conversation = await alice.engine.openConversation(bob.user.id);
  await bob.conversationWith(alice);
  const say = async (by: Post, suite: "OTP" | "AES", length: number) => {
    const text = newText(length);
    texts.push(text);
    if (suite === "OTP") padTexts.push(text);
    await by.send(conversation, text, suite);
  };
  for (const length of [24, 57, 120, 400, 1400]) {
    await say(alice, "OTP", length);
    await say(bob, "AES", length);
    await say(alice, "AES", length);
    await say(bob, "OTP", length);
  }
  await alice.has(conversation, texts);
  await bob.has(conversation, texts);
  await bob.close();
  await say(alice, "OTP", 80);
  await say(alice, "AES", 80);
  bob = await Post.open(at, madrid, folder);
  await bob.has(conversation, texts);
  await bob.engine.markRead(conversation);
  await until("everything was read", async () =>
    (await alice.messages(conversation)).every(
      ({ delivery }) => delivery === null || delivery.state === "read",
    ),
  );
  await alice.close();
  await bob.close();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-no-leak-"));
  const dataFolder = join(folder, "data");
  deployment = await Deployment.start({ dataFolder, env: { LOG_LEVEL: "trace" } });
  await deployment.healthy(120_000);
  proxy = await RecordingProxy.start(deployment.port);
  watchSecrets();
  await converse();
}, startMs);

afterAll(async () => {
  unwatchSecrets();
  await proxy?.stop();
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("what reaches the web process", () => {
  it("is recorded whole: the ciphertexts of the pads we know are in it, and nothing is compressed", () => {
    const sent = recordedBytes("client");
    const received = recordedBytes("server");
    for (const text of padTexts) {
      const ciphertexts = [...padsFor(text).values()].map(({ ciphertext }) => ciphertext);
      expect(ciphertexts.filter((ciphertext) => sent.includes(ciphertext))).toHaveLength(1);
      expect(ciphertexts.filter((ciphertext) => isIn(received, ciphertext))).toHaveLength(1);
    }
    for (const { head, from } of proxy.recordings().filter((one) => one.from === "server")) {
      expect(head, from).not.toMatch(/content-encoding|permessage-deflate/i);
    }
  });

  it("holds no text and no run of 16 bytes of any secret of the devices", () => {
    const everything = search();
    expect(texts).toHaveLength(22);
    expect([...secrets.values()].filter(({ length }) => length > 64).length).toBeGreaterThanOrEqual(11);
    expect(everything.count).toBeGreaterThan(50_000);
    expect(leaksInRecordings(everything)).toEqual([]);
  });

  it("shows a leak if there is one: planted in a body, a header, an address, a text frame, a binary frame", async () => {
    const plant = (name: string) => {
      const secret = copyBytes(randomBytes(40));
      planted.add(name, secret);
      return Buffer.from(secret);
    };
    const [body, header, address, textFrame, binaryFrame] = [
      plant("body"),
      plant("header"),
      plant("address"),
      plant("text frame"),
      plant("binary frame"),
    ];
    await fetch(`${proxy.origin}/api/health?q=${address.toString("base64url")}`, {
      method: "POST",
      headers: { "x-planted": header.toString("hex") },
      body,
    });
    const socket = new WebSocket(
      `${proxy.origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`,
    );
    await new Promise((open) => socket.once("message", open));
    const closed = new Promise((done) => socket.once("close", done));
    socket.send(`40{"token":"x${textFrame.toString("base64")}"}`);
    socket.send(binaryFrame.subarray(8, 30));
    socket.close();
    await closed;
    const found = new Set(leaksInRecordings(planted).map(({ secret, spelling }) => `${secret}: ${spelling}`));
    for (const expected of ["body: raw", "header: hex", "binary frame: raw"])
      expect(found).toContain(expected);
    expect([...found].some((leak) => /^address: base64/.test(leak))).toBe(true);
    expect([...found].some((leak) => /^text frame: base64/.test(leak))).toBe(true);
  });

  it("leaves none of it in the files or the log of the process", async () => {
    await deployment.stop();
    output = deployment.output.join("");
    const everything = search();
    const identifier = new LeakSearch();
    identifier.add("conversation", fromHex(conversation));
    let searched = 0;
    let identified = 0;
    for (const [name, bytes] of filesBelow(join(deployment.dataFolder, "web"))) {
      searched += bytes.length;
      expect(everything.find(bytes), name).toEqual([]);
      identified += identifier.find(bytes).length;
    }
    expect(searched).toBeGreaterThan(1_000_000);
    expect(identified, "the search does find what is in the database").toBeGreaterThan(0);
    expect(output).toContain("web");
    expect(everything.find(utf8(output))).toEqual([]);
    const publicFolder = join(deployment.dataFolder, "public");
    if (existsSync(publicFolder))
      for (const [name, bytes] of filesBelow(publicFolder)) expect(everything.find(bytes), name).toEqual([]);
  });
});

describe("the log of a run, at its most talkative", () => {
  /** The launcher puts the process before each line; how far the links are it says in its own words. */
  const lines = () =>
    [...output.matchAll(/^(?:web|qkdn): (?!warm-up: )(.*)$/gm)].map(
      ([, line]) => JSON.parse(line ?? "") as { level: string; component: string; code?: string },
    );

  it("is one object a line that says how grave it is, who wrote it, and the code of what went wrong", () => {
    expect(new Set(lines().map(({ component }) => component))).toEqual(new Set(["web", "qkdn"]));
    for (const line of lines()) {
      expect(["trace", "debug", "info", "warn", "error", "fatal"]).toContain(line.level);
      if (line.level === "error" || line.level === "fatal")
        expect(line.code).toMatch(/^[a-z]+\.[a-z-]+$|^[A-Z]/);
    }
  });

  it("repeats nothing of what clients sent as body, header or address, and no key of the installation", () => {
    expect(planted.find(utf8(output))).toEqual([]);
    const installation = new LeakSearch();
    for (const [name, bytes] of filesBelow(deployment.dataFolder)) {
      const small = bytes.length <= 8192 && !name.includes("/db/") && !name.includes("/database/");
      if (!small || (statSync(name).mode & 0o077) !== 0) continue;
      const text = Buffer.from(bytes).toString("latin1");
      const pem = /-----BEGIN [A-Z ]*PRIVATE KEY-----([\s\S]+?)-----END/.exec(text);
      if (pem !== null) installation.add(name, copyBytes(Buffer.from(pem[1] ?? "", "base64").subarray(-32)));
      else if (bytes.length <= 128 && !text.startsWith("{")) installation.add(name, bytes);
      else
        for (const [, hex, base64] of text.matchAll(/"(?:([0-9a-f]{64,})|([\w+/-]{43,}=*))"/g))
          installation.add(name, copyBytes(Buffer.from(hex ?? base64 ?? "", hex ? "hex" : "base64")));
    }
    expect(installation.count).toBeGreaterThan(100);
    expect(installation.find(utf8(output))).toEqual([]);
  });
});

describe("the search", () => {
  it("finds each spelling at each place of a group of three, and nothing in noise", () => {
    const secret = copyBytes(randomBytes(64));
    const leaks = new LeakSearch();
    leaks.add("key", secret);
    const run = Buffer.from(secret.subarray(20, 36));
    for (const before of [0, 1, 2, 3, 7]) {
      const surrounded = Buffer.concat([randomBytes(before), run, randomBytes(5)]);
      for (const spelling of ["base64", "base64url", "hex", "latin1"] as const) {
        const hidden = Buffer.concat([
          randomBytes(1000),
          Buffer.from(surrounded.toString(spelling), "latin1"),
          randomBytes(1000),
        ]);
        expect(leaks.find(hidden).length, `${spelling} after ${before}`).toBeGreaterThan(0);
      }
    }
    expect(leaks.find(Buffer.from(toHex(run).toUpperCase()))).toMatchObject([{ spelling: "HEX" }]);
    expect(leaks.find(run.subarray(0, 15))).toEqual([]);
    expect(leaks.find(randomBytes(1_000_000))).toEqual([]);
  });
});
