import { randomBytes } from "node:crypto";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionMs } from "../../../lib/relay/accounts/sessions.ts";
import { fromHex } from "../../../lib/shared/hex.ts";
import {
  accepted,
  ask,
  type Client,
  connected,
  makeCertificate,
  makeReceipt,
  next,
  type Person,
  RelayWorld,
} from "./relay-world.ts";

let world: RelayWorld;
let handles: string[];

beforeAll(async () => {
  world = await RelayWorld.start();
  handles = world.relay.runtime.posts.map((post) => post.handle);
});

afterAll(() => world?.stop());

const hex16 = () => randomBytes(16).toString("hex");
const gone = (client: Client) => new Promise<void>((resolve) => client.once("disconnect", () => resolve()));
const refusedWith = (client: Client) =>
  connected(client).then(
    () => "connected",
    (error: Error) => error.message,
  );

function emitRaw(client: Client, name: string, value: unknown): void {
  (client as unknown as { emit(name: string, value: unknown): void }).emit(name, value);
}

async function cookieFor(handle: string): Promise<{ cookie: string; session: string; user: string }> {
  const { session, user } = await world.signIn(handle);
  const value = await encode({
    token: { sub: user, sid: session },
    secret: world.relay.runtime.sessionSecret,
  });
  return { cookie: `theme=dark; next-auth.session-token=${value}`, session, user };
}

describe("the handshake", () => {
  it("lets in the session cookie of next-auth", async () => {
    const { cookie } = await cookieFor(handles[0]!);
    await connected(world.socket({ device: hex16() }, { headers: { cookie } }));
  });

  it("refuses nobody, forged cookies and tokens, and malformed devices", async () => {
    const { session, user } = await world.signIn(handles[0]!);
    const token = await world.relayToken(session);
    const forged = await encode({ token: { sub: user, sid: session }, secret: "x".repeat(43) });
    const cookie = `next-auth.session-token=${forged}`;
    expect(await refusedWith(world.socket({ device: hex16() }))).toBe("relay.signed-out");
    expect(await refusedWith(world.socket({ device: hex16() }, { headers: { cookie } }))).toBe(
      "relay.signed-out",
    );
    const altered = `${token.slice(0, -4)}AAAA`;
    expect(await refusedWith(world.socket({ device: hex16(), token: altered }))).toBe("relay.signed-out");
    for (const auth of [
      { token },
      { token, device: "xyz" },
      { token, device: 7 },
      { token, device: hex16(), more: 1 },
    ]) {
      expect(await refusedWith(world.socket(auth))).toBe("relay.malformed");
    }
  });

  it("refuses tokens of another audience and stale ones", async () => {
    const { session } = await world.signIn(handles[0]!);
    const { sessions, tokens } = world.relay.runtime;
    const standing = (await sessions.check(session, Date.now()))!;
    const forGateway = await tokens.issue(
      standing.account,
      `gateway:${standing.account.site}`,
      standing,
      Date.now(),
    );
    expect(await refusedWith(world.socket({ device: hex16(), token: forGateway.token }))).toBe(
      "relay.signed-out",
    );
    const stale = await tokens.issue(standing.account, "relay", standing, Date.now() - 61_000);
    expect(await refusedWith(world.socket({ device: hex16(), token: stale.token }))).toBe("relay.signed-out");
  });

  it("refuses pages of other origins and foreign host names", async () => {
    const { cookie } = await cookieFor(handles[0]!);
    const from = (headers: Record<string, string>) =>
      refusedWith(world.socket({ device: hex16() }, { headers: { cookie, ...headers } }));
    expect(await from({ origin: "https://evil.example" })).not.toBe("connected");
    expect(await from({ origin: world.origin })).toBe("connected");
    expect(await from({ host: "rebound.example:3000" })).not.toBe("connected");
  });
});

describe("the end of a session", () => {
  it("disconnects that session's sockets on sign-out, and no others of the user", async () => {
    const staying = await world.connect(handles[1]!);
    const leaving = await world.connect(handles[1]!);
    const told = next(leaving.client, "session:end");
    const left = gone(leaving.client);
    await world.relay.runtime.signOut(leaving.session);
    expect(await told).toEqual({ reason: "signed-out" });
    await left;
    accepted(await ask(staying.client, "conversation:list", {}));
  });

  it("disconnects every socket of a disabled user and keeps them out, whatever they hold", async () => {
    const person = await world.connect(handles[2]!);
    const token = await world.relayToken(person.session);
    const told = next(person.client, "session:end");
    const left = gone(person.client);
    await world.relay.runtime.setDisabled(person.user, true);
    expect(await told).toEqual({ reason: "disabled" });
    await left;
    expect(await refusedWith(world.socket({ device: hex16(), token }))).toBe("relay.signed-out");
    expect(await world.relay.runtime.accounts.findPost(handles[2]!)).toBeNull();
    await world.relay.runtime.setDisabled(person.user, false);
    expect(await refusedWith(world.socket({ device: hex16(), token }))).toBe("relay.signed-out");
  });

  it("disconnects on a change of roles, and the next session carries the new ones", async () => {
    const person = await world.connect(handles[3]!);
    const told = next(person.client, "session:end");
    await world.relay.runtime.setRoles(person.user, ["user", "auditor"]);
    expect(await told).toEqual({ reason: "roles-changed" });
    const { session } = await world.signIn(handles[3]!);
    const standing = await world.relay.runtime.sessions.check(session, Date.now());
    expect(standing?.account.roles).toEqual(["user", "auditor"]);
  });

  it("is noticed at the next event when another process ended it, in sends as in questions", async () => {
    const { sessions, accounts } = world.relay.runtime;
    const reader = await world.connect(handles[0]!);
    const sender = await world.connect(handles[0]!);
    const conversation = await sender.createConversation();
    await sessions.end(reader.session);
    const left = gone(reader.client);
    expect(await ask(reader.client, "conversation:list", {})).toMatchObject({ code: "relay.signed-out" });
    await left;
    await accounts.setDisabled(sender.user, true);
    expect(await sender.send(conversation, Buffer.from("x"))).toMatchObject({ code: "relay.signed-out" });
    await accounts.setDisabled(sender.user, false);
  });

  it("comes by itself after eight hours", async () => {
    const { session } = await world.signIn(handles[0]!);
    const { sessions } = world.relay.runtime;
    expect(await sessions.check(session, Date.now() + sessionMs - 60_000)).not.toBeNull();
    expect(await sessions.check(session, Date.now() + sessionMs + 1)).toBeNull();
  });
});

describe("the wiretap", () => {
  const watch = async (handle: string) => {
    const { session } = await world.signIn(handle);
    return world.socket({ token: await world.relayToken(session) }, { namespace: "/wiretap" });
  };

  it("shows a presenter the stored bytes between posts, and is closed to everybody else", async () => {
    expect(await refusedWith(await watch(handles[0]!))).toBe("relay.signed-out");
    const tap = await watch("presenter");
    await connected(tap);
    const lisbon = await world.connect(handles[0]!);
    const conversation = await lisbon.createConversation();
    const frame = new Promise<Record<string, unknown>>((resolve) =>
      tap.on(
        "frame" as never,
        ((seen: Record<string, unknown>) => {
          if (seen.event === "envelope") resolve(seen);
        }) as never,
      ),
    );
    const bytes = randomBytes(100);
    accepted(await lisbon.send(conversation, bytes));
    expect(await frame).toMatchObject({ conversation, sender: lisbon.user, seq: 2, size: 100, bytes });
  });
});

describe("malformed requests", () => {
  let person: Person;
  let conversation: string;

  beforeAll(async () => {
    person = await world.connect(handles[0]!);
    conversation = await person.createConversation();
  });

  const wellFormed = (): Record<string, Record<string, unknown>> => ({
    "directory:publish": { certificate: randomBytes(10) },
    "directory:user": { user: person.user },
    "directory:certificate": { hash: "0".repeat(128) },
    "directory:posts": {},
    "conversation:list": {},
    "roster:append": { conversation, previous: "", event: randomBytes(10) },
    "entry:send": { conversation, clientId: hex16(), kind: "envelope", bytes: randomBytes(10) },
    "entry:read": { conversation, after: 0, limit: 1 },
    "receipt:put": { conversation, receipt: randomBytes(10) },
    "receipt:list": { conversation },
  });

  it("of every event are refused: unknown fields, missing fields, wrong types, no object at all", async () => {
    for (const [name, request] of Object.entries(wellFormed())) {
      const bad: unknown[] = [
        null,
        undefined,
        7,
        "text",
        [],
        [request],
        { ...request, extra: 1 },
        randomBytes(5),
      ];
      for (const field of Object.keys(request)) {
        const { [field]: _left, ...without } = request;
        bad.push(without);
        for (const wrong of [null, 7.5, -1, "", "zz", {}, [], true, "A".repeat(32)]) {
          if (field === "query" && typeof wrong === "string") continue;
          if (field === "previous" && wrong === "") continue;
          bad.push({ ...request, [field]: wrong });
        }
      }
      for (const value of bad) {
        const answer = await ask(person.client, name, value);
        expect(answer, `${name} ${JSON.stringify(value)}`).toMatchObject({
          ok: false,
          code: "relay.malformed",
        });
      }
    }
  });

  it("with unreadable structures are refused without a trace", async () => {
    for (const name of ["directory:publish", "roster:append", "receipt:put"]) {
      expect(await ask(person.client, name, wellFormed()[name])).toMatchObject({ code: "relay.malformed" });
    }
    expect(accepted(await person.read(conversation)).head).toBe(1);
  });

  it("that are too large are refused by name, and far too large ones end the connection", async () => {
    const large = Buffer.alloc(1024 * 1024 + 1);
    expect(await person.send(conversation, large)).toMatchObject({ code: "relay.too-large" });
    const receipt = Buffer.alloc(5000);
    expect(await ask(person.client, "receipt:put", { conversation, receipt })).toMatchObject({
      code: "relay.too-large",
    });
    const other = await world.connect(handles[0]!);
    const left = gone(other.client);
    emitRaw(other.client, "entry:send", { bytes: Buffer.alloc(2 * 1024 * 1024) });
    await left;
    accepted(await ask(person.client, "conversation:list", {}));
  });

  it("without an acknowledgement or on the raw transport do not stop the relay", async () => {
    const other = await world.connect(handles[0]!);
    emitRaw(other.client, "entry:send", { nonsense: true });
    emitRaw(other.client, "no-such-event", 1);
    const left = gone(other.client);
    const { engine } = other.client.io;
    engine.write('5999-["entry:send"]');
    await left;
    accepted(await ask(person.client, "conversation:list", {}));
  });

  it("are answered with how long to wait when they come too fast", async () => {
    const other = await world.connect(handles[0]!);
    const answers = await Promise.all(
      Array.from({ length: 1_300 }, () => ask(other.client, "directory:certificate", { hash: "no" })),
    );
    const slowed = answers.filter((answer) => !answer.ok && answer.code === "relay.rate");
    expect(slowed.length).toBeGreaterThan(0);
    expect(slowed[0]).toMatchObject({ retryAfterMs: expect.any(Number) });
  });
});

describe("the directory", () => {
  it("takes certificates of the speaker's own device only", async () => {
    const one = await world.connect(handles[0]!);
    const two = await world.connect("presenter");
    const publish = (person: Person, of: { user: string; site: string; device: string }) =>
      ask(person.client, "directory:publish", { certificate: makeCertificate(of) });
    const refused = { ok: false, code: "directory.not-own" };
    expect(await publish(two, { user: one.user, site: one.site, device: two.device })).toMatchObject(refused);
    expect(await publish(two, { user: two.user, site: two.site, device: one.device })).toMatchObject(refused);

    const { session } = await world.signIn("presenter");
    const thief = world.socket({ device: one.device, token: await world.relayToken(session) });
    await connected(thief);
    const certificate = makeCertificate({ user: two.user, site: two.site, device: one.device });
    expect(await ask(thief, "directory:publish", { certificate })).toMatchObject(refused);
    const receipt = makeReceipt(await two.createConversation(), one.device, 1, 1);
    const conversation = await two.createConversation();
    expect(await ask(thief, "receipt:put", { conversation, receipt })).toMatchObject({
      code: "receipt.invalid",
    });
  });

  it("finds the latest certificate of each device, any certificate by its hash, and people by words", async () => {
    const one = await world.connect(handles[1]!);
    const earlier = one.certificateHash;
    const certificate = makeCertificate({ ...one, notAfter: Date.now() + 2 * 86_400_000 });
    accepted(await ask(one.client, "directory:publish", { certificate }));
    const found = accepted(
      await ask<{ certificates: string[]; site: string }>(one.client, "directory:user", { user: one.user }),
    );
    expect(found.site).toBe(one.site);
    expect(found.certificates).toContain(Buffer.from(certificate).toString("base64"));
    accepted(await ask(one.client, "directory:certificate", { hash: earlier }));
    expect(await ask(one.client, "directory:certificate", { hash: "0".repeat(128) })).toMatchObject({
      code: "directory.unknown",
    });
    const { posts } = accepted(
      await ask<{ posts: { user: string; hasDevice: boolean }[] }>(one.client, "directory:posts", {
        query: handles[1]!.toUpperCase(),
      }),
    );
    expect(posts).toContainEqual(expect.objectContaining({ user: one.user, hasDevice: true }));
  });
});

describe("passwords", () => {
  const site = { id: "pt-lis-mne", name: "Ministry", country: "PT" };
  const noon = 1_800_000_000_000;

  it("open the door to the right one and say nothing about the wrong ones", async () => {
    const { accounts } = world.relay.runtime;
    const user = fromHex(hex16());
    await accounts.create({
      user,
      handle: "ana",
      name: "A",
      site,
      roles: ["user"],
      password: "correct horse battery",
    });
    expect(await accounts.signIn(" Ana ", "correct horse battery", noon)).toMatchObject({ handle: "ana" });
    expect(await accounts.signIn("ana", "wrong", noon)).toBeNull();
    expect(await accounts.signIn("nobody", "wrong", noon)).toBeNull();
    expect(await accounts.signIn(handles[0]!, "", noon)).toBeNull();
  });

  it("lock a handle after five failures, longer each time, known or unknown, and forget on success", async () => {
    const { accounts } = world.relay.runtime;
    const user = fromHex(hex16());
    await accounts.create({
      user,
      handle: "rui",
      name: "R",
      site,
      roles: ["user"],
      password: "correct horse battery",
    });
    const right = (at: number) => accounts.signIn("rui", "correct horse battery", at);
    for (let i = 0; i < 5; i++) expect(await accounts.signIn("rui", "wrong", noon)).toBeNull();
    expect(await right(noon + 1_000)).toBeNull();
    expect(await accounts.signIn("rui", "wrong", noon + 31_000)).toBeNull();
    expect(await right(noon + 62_000)).toBeNull();
    expect(await right(noon + 31_000 + 61_000)).toMatchObject({ handle: "rui" });
    expect(await accounts.signIn("rui", "wrong", noon + 100_000)).toBeNull();
    expect(await right(noon + 100_000)).toMatchObject({ handle: "rui" });
  });

  it("cannot be guessed faster by guessing at once", async () => {
    const { accounts } = world.relay.runtime;
    const user = fromHex(hex16());
    await accounts.create({
      user,
      handle: "eva",
      name: "E",
      site,
      roles: ["user"],
      password: "correct horse battery",
    });
    const guesses = Array.from({ length: 5 }, () => accounts.signIn("eva", "wrong", noon));
    const sixth = accounts.signIn("eva", "correct horse battery", noon);
    await Promise.all(guesses);
    expect(await sixth).toBeNull();
  });
});
