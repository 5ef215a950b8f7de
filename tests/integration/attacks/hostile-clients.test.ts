import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { signInAsPost } from "../../../lib/messenger/node/sign-in.ts";
import { Deployment } from "../../support/deployment.ts";
import { Post } from "../../support/post.ts";

const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";

/** Both processes as they are deployed, under traffic that no client of ours would make. */
let deployment: Deployment;
let folder: string;
let alice: Post;
let bob: Post;
let conversation: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-hostile-"));
  deployment = await Deployment.start();
  await deployment.healthy(150_000);
  [alice, bob] = await Promise.all([
    Post.open(deployment, lisbon, folder),
    Post.open(deployment, madrid, folder),
  ]);
  conversation = await alice.engine.openConversation(bob.user.id);
  await alice.send(conversation, "before", "OTP");
  await bob.has(await bob.conversationWith(alice), ["before"]);
}, 200_000);

afterAll(async () => {
  await alice?.close();
  await bob?.close();
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** One request as it is written here: `fetch` would repair the path and refuse the headers. */
function ask(port: number, path: string, { method = "GET", headers = {}, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: `localhost:${port}`, ...headers };
    const sent = request({ host: "127.0.0.1", port, path, method, headers: all }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on("error", reject).end(body);
  });
}

const cbor = { "content-type": "application/cbor" };
const code = ({ text }: Answer) => (JSON.parse(text) as { code?: string }).code;

/** Nothing of the inside: no stack, no path of a file, no SQL. */
function expectQuiet({ text }: Answer): void {
  expect(text).not.toMatch(/node_modules|\.(ts|js):\d+|\/(work|tmp|root|home)\/|SELECT |at \w+ \(/);
}

describe("the gateways' HTTP", () => {
  const site = `/${lisbon}`;
  const cases: readonly [string, string, Ask, number, RegExp][] = [
    ["no CBOR", `${site}/enrol`, { method: "POST", headers: cbor, body: "hello" }, 400, /^cbor\./],
    [
      "CBOR cut off",
      `${site}/enrol`,
      { method: "POST", headers: cbor, body: Buffer.from("a301", "hex") },
      400,
      /^cbor\./,
    ],
    [
      "CBOR nested a thousand times",
      `${site}/enrol`,
      { method: "POST", headers: cbor, body: Buffer.alloc(1000, 0x81) },
      400,
      /^cbor\./,
    ],
    [
      "a length of terabytes",
      `${site}/enrol`,
      { method: "POST", headers: cbor, body: Buffer.from("5b0000ffffffffffff00", "hex") },
      400,
      /^cbor\./,
    ],
    [
      "another type of body",
      `${site}/enrol`,
      { method: "POST", headers: { "content-type": "text/html" }, body: "x" },
      415,
      /^http\./,
    ],
    ["no body", `${site}/enrol`, { method: "POST", headers: cbor }, 400, /^(http|cbor)\./],
    [
      "a body too large",
      `${site}/enrol`,
      { method: "POST", headers: cbor, body: Buffer.alloc(200_000) },
      413,
      /^http\.too-large$/,
    ],
    ["an unknown site", "/nowhere/challenge", {}, 404, /^gateway\.unknown-site$/],
    ["a path that climbs", "/../../etc/passwd", {}, 404, /^(http\.not-found|gateway\.unknown-site)$/],
    [
      "an encoded path that climbs",
      "/..%2f..%2fetc%2fpasswd/challenge",
      {},
      404,
      /^(http\.not-found|gateway\.unknown-site)$/,
    ],
    ["a name of JavaScript's own as site", "/__proto__/challenge", {}, 404, /^gateway\.unknown-site$/],
    ["a broken escape", "/%zz/challenge", {}, 400, /^http\.bad-request$/],
    ["a wrong method", `${site}/enrol`, { method: "DELETE" }, 404, /^http\.not-found$/],
    ["operations without a token", "/ops/overview", {}, 401, /^token\.missing$/],
    [
      "operations with a token of nobody",
      "/ops/overview",
      { headers: { authorization: "Bearer a.b.c" } },
      401,
      /^token\.refused$/,
    ],
    [
      "a command that is none",
      "/ops/commands",
      { method: "POST", headers: cbor, body: "hello" },
      400,
      /^cbor\./,
    ],
    [
      "a page of somebody else",
      "/site-list",
      { headers: { origin: "https://example.org" } },
      403,
      /^http\.origin$/,
    ],
  ];
  it.each(cases)("answers %s with a code", async (_, path, how, status, expected) => {
    const answer = await ask(deployment.port + 1, path, how);
    expect(answer.status, answer.text).toBe(status);
    expect(code(answer)).toMatch(expected);
    expectQuiet(answer);
  });

  it("lets no token of one audience through the door of another", async () => {
    const session = await signInAsPost(deployment.origin, "presenter");
    const relayToken = await session.token("relay");
    const gatewayToken = await session.token("gateway:pt-lis-gns");
    for (const token of [relayToken, gatewayToken])
      expect(
        code(
          await ask(deployment.port + 1, "/ops/overview", { headers: { authorization: `Bearer ${token}` } }),
        ),
      ).toBe("token.refused");
    const socket = io(deployment.origin, {
      auth: { device: "ab".repeat(16), token: gatewayToken },
      transports: ["websocket"],
      reconnection: false,
    });
    const refused = await new Promise<Error>((resolve) => socket.once("connect_error", resolve));
    expect(refused.message).toBe("relay.signed-out");
    socket.disconnect();
  });
});

describe("the gateways' channel", () => {
  async function closedAfter(frames: readonly (string | Uint8Array)[]): Promise<string> {
    const socket = new WebSocket(`ws://127.0.0.1:${deployment.port + 1}/${lisbon}/channel`);
    await once(socket, "message");
    const closed = once(socket, "close") as Promise<[number, Buffer]>;
    for (const frame of frames) socket.send(frame);
    const [status, reason] = await closed;
    return reason.toString() || String(status);
  }

  it("closes with a code on text, garbage, an opening of the wrong kind, and what is too large", async () => {
    expect(await closedAfter(["hello"])).toBe("channel.text");
    expect(await closedAfter([new Uint8Array(40)])).toMatch(/^cbor\./);
    expect(await closedAfter([Buffer.from("a10102", "hex")])).toBe("version.unsupported");
    expect(await closedAfter([new Uint8Array(3 * 1024 * 1024)])).toBe("1009");
  });

  it("opens at no other address", async () => {
    for (const path of ["/", "/nowhere/channel", `/${lisbon}/channel/..`, "/constructor/channel"]) {
      const socket = new WebSocket(`ws://127.0.0.1:${deployment.port + 1}${path}`);
      const [, answer] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
      expect(answer.statusCode, path).toBe(404);
    }
  });
});

describe("the web process", () => {
  it("says who it is for no other name, and gives other pages nothing", async () => {
    const { port } = deployment;
    expect(code(await ask(port, "/api/token?aud=relay", { headers: { host: "evil.example" } }))).toBe(
      "host.unknown",
    );
    const foreign = { "sec-fetch-site": "cross-site" };
    for (const path of ["/api/token?aud=relay", "/api/stage/desk?stage=0123456789abcdef&site=x&side=alice"])
      expect(code(await ask(port, path, { headers: foreign })), path).toBe("origin.refused");
    const form = { origin: "https://example.org", "content-type": "application/x-www-form-urlencoded" };
    const post = { method: "POST", headers: form, body: "handle=administrator" };
    expect(code(await ask(port, "/api/auth/callback/post", post))).toBe("origin.refused");
  });

  it("answers questions it does not understand with a code", async () => {
    const { port } = deployment;
    const { cookie } = await signInAsPost(deployment.origin, "presenter");
    const headers = { cookie: cookie(), origin: deployment.origin, "content-type": "application/json" };
    const ofPresenter = (path: string, how: Ask = {}) => ask(port, path, { headers, ...how });
    expect(code(await ofPresenter("/api/token"))).toBe("token.audience-missing");
    expect(code(await ofPresenter("/api/token?aud=relay&aud=ops"))).toBe("token.audience-missing");
    expect(code(await ofPresenter(`/api/token?aud=gateway:${madrid}`))).toBe("token.audience-refused");
    expect(code(await ofPresenter("/api/token?aud=__proto__"))).toBe("token.audience-refused");
    for (const body of [
      "",
      "{",
      "[]",
      '{"__proto__":{"side":"alice"}}',
      '{"stage":1,"site":"x","side":"alice"}',
    ])
      expect(code(await ofPresenter("/api/stage/desk", { method: "POST", body })), body).toBe(
        "stage.malformed",
      );
    const large = { method: "POST", body: "x".repeat(70_000) };
    expect(code(await ask(port, "/api/stage/desk", { ...large, headers }))).toBe("http.too-large");
    const climbing = await ask(port, "/_next/static/..%2f..%2f..%2fpackage.json");
    expect(climbing.status).toBeGreaterThanOrEqual(400);
    expect(climbing.text).not.toContain('"dependencies"');
  });

  it("keeps nobody waiting for somebody who sends by drops", async () => {
    const slow = Array.from({ length: 40 }, () => {
      const socket = connect(deployment.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(
        `POST /api/stage/desk HTTP/1.1\r\nHost: localhost:${deployment.port}\r\nContent-Length: 99\r\n\r\n{`,
      );
      return socket;
    });
    expect((await deployment.health())?.httpStatus).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});

it("after all of it both processes are the same and well, and messages go on, none lost", async () => {
  expect((await deployment.health())?.httpStatus).toBe(200);
  expect(deployment.text).not.toMatch(/restart|uncaught|unhandled/i);
  await alice.send(conversation, "after, by pad", "OTP");
  await alice.send(conversation, "after, by AES", "AES");
  const messages = await bob.has(conversation, ["before", "after, by pad", "after, by AES"]);
  expect(messages.every(({ problem, gapBefore }) => problem === null && !gapBefore)).toBe(true);
});
