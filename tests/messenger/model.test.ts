import { expect, test } from "vitest";
import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import { parseDrawRecord } from "../../lib/protocol/draw-record.ts";
import { parseEnvelope } from "../../lib/protocol/envelope.ts";
import { parseRosterEvent } from "../../lib/protocol/roster-event.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { RandomSource } from "../protocol/model/random-source.ts";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import type { FakeUser } from "./fakes/fake-gateway.ts";
import { type TestDevice, TestWorld, until } from "./fakes/world.ts";

const seed = Number(process.env.MODEL_SEED ?? 20261);
const budget = Number(process.env.MODEL_SECONDS ?? 6) * 1000;
const mostSteps = Number(process.env.MODEL_STEPS ?? 3000);
const suites: readonly SuiteName[] = ["AES", "HYBRID", "OTP", "OTP_HYBRID"];

/** Everything is in memory: what has not come by then does not come. */
const patienceMs = 60_000;
const busyStates: readonly string[] = ["drawing", "sending", "waiting-for-key", "waiting-for-device"];

/** One device that may be stopped and started again on its disk. */
interface Actor {
  readonly name: string;
  readonly user: FakeUser;
  readonly disk: CrashingDisk;
  device: TestDevice;
  id: string;
  revoked: boolean;
}

/** Engines, a relay and gateways, driven by chance. */
class Model {
  readonly chance = new RandomSource(seed);
  readonly counts: Record<string, number> = {};
  /** Text by message id, and who wrote it. */
  readonly sent = new Map<string, { readonly text: string; readonly by: Actor }>();
  readonly world: TestWorld;
  readonly actors: Actor[] = [];
  conversation = "";

  constructor(world: TestWorld) {
    this.world = world;
    world.gateways.approveFurther = true;
  }

  static async make(): Promise<Model> {
    const model = new Model(await TestWorld.create());
    const { world } = model;
    for (const [name, site] of [
      ["Alice", "lisbon"],
      ["Bob", "madrid"],
      ["Carla", "paris"],
      ["Dora", "rome"],
    ] as const)
      await model.enrol(name, world.user(name, site));
    await model.enrol("Bob's second", model.actor("Bob").user);
    const members = ["Bob", "Carla"].map((name) => model.actor(name).user.id);
    model.conversation = await model.actor("Alice").device.engine.createGroup("Model", members);
    return model;
  }

  actor(name: string): Actor {
    return this.actors.find((one) => one.name === name) as Actor;
  }

  async enrol(name: string, user: FakeUser): Promise<void> {
    const disk = new CrashingDisk();
    const device = await this.world.start(user, disk.reopen());
    const id = (await device.engine.self())?.device ?? "";
    this.actors.push({ name, user, disk, device, id, revoked: false });
  }

  async step(): Promise<void> {
    const { chance } = this;
    const actor = chance.pick(this.actors.filter(({ revoked }) => !revoked));
    const dice = chance.next();
    if (dice < 0.62) await this.send(actor);
    else if (dice < 0.72) this.count("relay lost", () => actor.device.port().disconnect());
    else if (dice < 0.86) actor.device.port().connect();
    else if (dice < 0.89) this.count("relay drops", () => this.dropSome());
    else if (dice < 0.92) this.count("copies late", () => this.holdCopies());
    else if (dice < 0.95) await actor.device.engine.typing(this.conversation, "OTP").catch(() => undefined);
    else if (dice < 0.97) await this.restart(actor);
    else if (dice < 0.99) await this.membership();
    else await actor.device.engine.markRead(this.conversation).catch(() => undefined);
    if (chance.chance(0.3)) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  async send(actor: Actor): Promise<void> {
    const text = `message ${this.sent.size} ${"·".repeat(this.chance.below(90))}`;
    const suite = this.chance.pick(suites);
    try {
      const id = await actor.device.engine.send(this.conversation, text, suite);
      this.sent.set(id, { text, by: actor });
      this.count(suite);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== "conversation.left" && code !== "conversation.unknown") throw error;
    }
  }

  /** Pushes and reads lose entries until the dice say otherwise. */
  dropSome(): void {
    const on = this.chance.chance(0.5);
    this.world.relay.tamper = (entry) => (on && this.chance.chance(0.2) ? null : entry);
  }

  holdCopies(): void {
    const { gateways } = this.world;
    if (gateways.copies === "push") gateways.copies = this.chance.pick(["fetch", "late"]);
    else gateways.release();
  }

  async restart(actor: Actor): Promise<void> {
    await actor.device.engine.stop();
    actor.device = await this.world.start(actor.user, actor.disk.reopen());
    this.count("restart");
  }

  /** Alice is the moderator: Carla and Dora come and go. */
  async membership(): Promise<void> {
    const { engine } = this.actor("Alice").device;
    const { user } = this.actor(this.chance.pick(["Carla", "Dora"]));
    const view = (await engine.conversations()).find(({ id }) => id === this.conversation);
    const there = view?.members.some((member) => member.user === user.id) ?? false;
    const change = there
      ? engine.removeMember(this.conversation, user.id)
      : engine.addMembers(this.conversation, [user.id]);
    // Without the relay nothing changes; that is the person's to try again.
    await change.then(
      () => this.count(there ? "removed" : "added"),
      () => this.count("not changed"),
    );
  }

  count(name: string, action?: () => void): void {
    action?.();
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  /** Everything arrives that will ever arrive. */
  async settle(): Promise<void> {
    this.world.relay.tamper = (entry) => entry;
    this.world.gateways.release();
    const standing = this.actors.filter(({ revoked }) => !revoked);
    for (const { device } of standing) {
      device.port().disconnect();
      device.port().connect();
    }
    for (const { name, device } of standing)
      await this.soon(name, "sends all it has", device, async () => await this.isQuiet(device));
    const audiences = this.audiences();
    for (const actor of standing)
      await this.soon(actor.name, "reads all that is for it", actor.device, async () =>
        this.isUpToDate(actor, audiences),
      );
  }

  /** What does not happen fails the run, and says what each message of that device waits for. */
  async soon(name: string, what: string, device: TestDevice, holds: () => Promise<boolean>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => void this.stuck(device).then((why) => reject(new Error(`${name} never ${what}: ${why}`))),
        patienceMs,
      );
    });
    await Promise.race([until(device.engine, holds), late]).finally(() => clearTimeout(timer));
  }

  async stuck({ engine, port }: TestDevice): Promise<string> {
    const rows = await engine.messages(this.conversation, { limit: 1e6 }).catch(() => []);
    const waiting = rows.flatMap(({ suite, mine, problem, delivery }) => {
      const state = problem?.code ?? delivery?.state ?? "";
      return problem || (mine && busyStates.includes(state)) ? [`${suite} ${state}`] : [];
    });
    const { phase } = await engine.state();
    const log = this.world.relay.log(this.conversation).entries.length;
    return JSON.stringify({ phase, connected: port().connected, rows: rows.length, log, waiting });
  }

  async isQuiet({ engine }: TestDevice): Promise<boolean> {
    const rows = await engine.messages(this.conversation, { limit: 1e6 }).catch(() => []);
    return rows.every(({ delivery }) => delivery === null || !busyStates.includes(delivery.state));
  }

  async isUpToDate(actor: Actor, audiences: ReadonlyMap<string, ReadonlySet<string>>): Promise<boolean> {
    const rows = await actor.device.engine.messages(this.conversation, { limit: 1e6 }).catch(() => []);
    const read = new Set(rows.filter(({ text }) => text !== null).map(({ id }) => id));
    return [...audiences].every(([id, audience]) => !audience.has(actor.id) || read.has(id));
  }

  /** Who was to read each message: what its draw record names. The membership it was written under agrees. */
  audiences(): ReadonlyMap<string, ReadonlySet<string>> {
    const records = new Map(this.world.gateways.records);
    const members = new Map<string, ReadonlySet<string>>();
    const audiences = new Map<string, ReadonlySet<string>>();
    let now = new Map<string, string>();
    for (const { seq, kind, bytes } of this.world.relay.log(this.conversation).entries) {
      if (kind === "roster") {
        const { value, hash } = parseRosterEvent(bytes);
        const { change } = value;
        now = new Map(now);
        const added =
          change.kind === "create" ? change.members : change.kind === "add" ? [change.member] : [];
        for (const { user, devices } of added)
          for (const { device } of devices) now.set(toHex(device), toHex(user));
        if (change.kind === "device-add") now.set(toHex(change.device.device), toHex(change.user));
        if (change.kind === "device-remove") now.delete(toHex(change.device));
        if (change.kind === "remove")
          for (const [device, user] of now) if (user === toHex(change.user)) now.delete(device);
        members.set(toHex(hash), new Set(now.keys()));
      } else if (kind === "envelope") {
        const { fields } = parseEnvelope(bytes);
        const sender = toHex(fields.senderDevice);
        const record = parseDrawRecord(records.get(toHex(fields.drawRecordHash)) as Uint8Array).value;
        const named = new Set(record.recipients.map(({ device }) => toHex(device)));
        const revoked = this.actors.filter((one) => one.revoked).map(({ id }) => id);
        const expected = new Set(members.get(toHex(fields.rosterHead)));
        expected.delete(sender);
        for (const id of revoked) expected.delete(id);
        for (const id of expected) expect(named.has(id), "a member was left out").toBe(true);
        for (const id of named)
          expect(expected.has(id) || revoked.includes(id), "a stranger was named").toBe(true);
        const reached = [...named].filter((id) => this.reaches(id, seq));
        audiences.set(toHex(fields.messageId), new Set(reached));
      }
    }
    return audiences;
  }

  /** What was under way when somebody was removed never reaches them, unless they come back. */
  reaches(device: string, seq: number): boolean {
    const user = this.actors.find(({ id }) => id === device)?.user.id ?? "";
    return seq <= this.world.relay.lastFor(this.conversation, user);
  }

  async check(): Promise<void> {
    const audiences = this.audiences();
    for (const actor of this.actors.filter(({ revoked }) => !revoked)) {
      const rows = await actor.device.engine.messages(this.conversation, { limit: 1e6 }).catch(() => []);
      const problems = rows.flatMap(({ problem }) => problem?.code ?? []);
      expect(problems, `${actor.name} could not open something`).toEqual([]);
      const seen = new Map<string, number>();
      for (const { text } of rows) seen.set(text ?? "", (seen.get(text ?? "") ?? 0) + 1);
      for (const [id, { text, by }] of this.sent) {
        const due = by === actor ? 1 : audiences.get(id)?.has(actor.id) ? 1 : 0;
        expect(seen.get(text) ?? 0, `${text} of ${by.name} at ${actor.name}`).toBe(due);
        this.counts.reads = (this.counts.reads ?? 0) + (by === actor ? 0 : due);
      }
    }
    this.counts.messages = this.sent.size;
  }

  /** Bob's second device is lost: the others go on without it. */
  async revoke(): Promise<void> {
    await this.settle();
    const lost = this.actor("Bob's second");
    await this.world.gateways.revoke(lost.id);
    lost.revoked = true;
    for (const { name, device, revoked } of this.actors)
      if (!revoked)
        await this.soon(
          name,
          "is ready again",
          device,
          async () => (await device.engine.state()).phase === "ready",
        );
    for (let round = 0; round < suites.length; round++)
      for (const actor of this.actors) if (!actor.revoked) await this.send(actor);
  }
}

test(`random operations of five engines: every honest message is read once by its audience (seed ${seed})`, async () => {
  const model = await Model.make();
  const end = performance.now() + budget;
  let steps = 0;
  while (steps < mostSteps && performance.now() < end) {
    await model.step();
    steps++;
  }
  await model.revoke();
  await model.settle();
  await model.check();
  if (process.env.MODEL_SECONDS) console.log({ steps, ...model.counts });
  for (const name of [...suites, "reads"]) expect(model.counts[name], name).toBeGreaterThan(0);
  await model.world.close();
}, 600_000);
