import { expect, test } from "vitest";
import { parseRosterEvent, type RosterChange, signRosterEvent } from "../../../lib/protocol/roster-event.ts";
import type { Suite } from "../../../lib/protocol/suites.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { flipBit } from "../expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "../world.ts";
import { RandomSource } from "./random-source.ts";
import { SimulatedDevice } from "./simulated-device.ts";
import { SimulatedNetwork } from "./simulated-network.ts";

/** Longer: MODEL_STEPS=20000 MODEL_SEED=7 npx vitest run tests/protocol/model */
const steps = Number(process.env.MODEL_STEPS ?? 1500);
const seed = Number(process.env.MODEL_SEED ?? 1);

interface Expected {
  readonly text: string;
  readonly sender: SimulatedDevice;
  readonly audience: ReadonlySet<string>;
}

class Model {
  readonly chance = new RandomSource(seed);
  readonly messages = new Map<string, Expected>();
  readonly counts: Record<string, number> = {};
  network!: SimulatedNetwork;
  devices: SimulatedDevice[] = [];

  static async make(): Promise<Model> {
    const model = new Model();
    const world: TestWorld = await makeWorld(["pt-lis-mne", "es-mad-mae", "fr-par-mae"]);
    model.network = new SimulatedNetwork(world, model.chance, 0.02);
    const facts: TestDevice[] = [];
    for (const [i, site] of ["pt-lis-mne", "pt-lis-mne", "es-mad-mae", "fr-par-mae"].entries())
      facts.push(await world.device(site, `${i}`));
    for (const user of [facts[0]!, facts[2]!])
      facts.push(await world.device(user.site, "second device", { user: user.user }));
    for (const one of facts) await model.network.certificates.add(one.certificate.bytes);
    model.devices = facts.map((one) => new SimulatedDevice(one, model.network));
    const members = facts.slice(0, 3).map((one, i) => ({ ...memberOf(one), moderator: i < 2 }));
    await model.append(model.devices[0]!, { kind: "create", members });
    for (const device of model.devices) await device.deliver(1);
    return model;
  }

  async append(author: SimulatedDevice, change: RosterChange): Promise<boolean> {
    const { network } = this;
    const previous = author.roster?.head ?? new Uint8Array(0);
    if (toHex(previous) !== toHex(network.rosterHead)) return false;
    const event = {
      conversation: network.conversation,
      previous,
      author: author.facts.id,
      at: network.now,
      change,
    };
    const bytes = await signRosterEvent(event, author.facts.signer);
    network.log.push({ kind: "roster", bytes, honest: true });
    network.rosterHead = parseRosterEvent(bytes).hash;
    return true;
  }

  async step(): Promise<void> {
    const { chance, network } = this;
    network.now += chance.below(5);
    const device = chance.pick(this.devices);
    const dice = chance.next();
    if (dice < 0.34) await this.send(device);
    else if (dice < 0.7) await device.deliver(1 + chance.below(8));
    else if (dice < 0.92) network.handOne(device.facts.id);
    else if (dice < 0.94) this.count("restart", () => device.restart());
    else if (dice < 0.95) this.count("rekey", () => device.rekey());
    else if (dice < 0.98) await this.changeMembership();
    else if (dice < 0.981) await this.revoke(device);
    else this.tamper();
  }

  async send(device: SimulatedDevice): Promise<void> {
    if (!device.isMember) return;
    const text = `message ${this.messages.size}`;
    const suite = this.chance.pick<Suite>([1, 1, 1, 2, 2, 3, 4]);
    const hash = await device.send(text, suite);
    if (hash === undefined || this.network.isRevoked(device.facts.id)) return;
    const audience = [...device.roster!.devices.values()]
      .filter((one) => !this.network.isRevoked(one.device))
      .map((one) => toHex(one.device))
      .filter((one) => one !== toHex(device.facts.id));
    this.messages.set(hash, { text, sender: device, audience: new Set(audience) });
    this.count(`suite ${suite}`);
  }

  async changeMembership(): Promise<void> {
    const author = this.chance.pick(this.devices.filter((one) => one.isMember));
    await author.deliver(Number.MAX_SAFE_INTEGER);
    const { roster, facts } = author;
    const own = roster?.members.get(toHex(facts.user));
    if (roster === undefined || own === undefined || !author.isMember || this.network.isRevoked(facts.id))
      return;
    const others = this.devices.filter((one) => one !== author).map((one) => one.facts);
    const other = this.chance.pick(others);
    const member = roster.members.get(toHex(other.user));
    const there = roster.devices.has(toHex(other.id));
    let change: RosterChange | undefined;
    if (!own.moderator) {
      if (toHex(other.user) === toHex(facts.user) && !there)
        change = { kind: "device-add", user: facts.user, device: entryOf(other) };
    } else if (member === undefined) change = { kind: "add", member: memberOf(other) };
    else if (!there && toHex(other.user) === toHex(facts.user))
      change = { kind: "device-add", user: facts.user, device: entryOf(other) };
    else if (there && !member.moderator && this.chance.chance(0.6))
      change = this.chance.chance(0.5)
        ? { kind: "remove", user: other.user }
        : { kind: "device-remove", user: other.user, device: other.id };
    if (change && (await this.append(author, change))) this.count(change.kind);
  }

  async revoke(device: SimulatedDevice): Promise<void> {
    const { network } = this;
    const left = this.devices.filter((one) => one.isMember && !network.isRevoked(one.facts.id));
    if (left.length < 4 || network.isRevoked(device.facts.id)) return;
    await network.revoke(
      device.facts,
      this.devices.map((one) => one.facts),
    );
    this.count("revoke");
  }

  /** The relay repeats an entry, or alters one bit of it. */
  tamper(): void {
    const { log } = this.network;
    const entry = this.chance.pick(log);
    if (entry.kind === "roster" || entry.kind === "resend") return;
    const alter = this.chance.chance(0.5);
    const bytes = alter ? flipBit(entry.bytes, this.chance.below(entry.bytes.length), 3) : entry.bytes;
    log.push({ kind: entry.kind, bytes, honest: entry.honest && !alter });
    this.count(alter ? "altered" : "repeated");
  }

  count(name: string, action?: () => void): void {
    action?.();
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  /** Everything arrives that will ever arrive. */
  async settle(): Promise<void> {
    for (let busy = true; busy; ) {
      busy = false;
      for (const device of this.devices) {
        while (this.network.handOne(device.facts.id)) busy = true;
        if (await device.deliver(Number.MAX_SAFE_INTEGER)) busy = true;
      }
    }
  }

  check(): void {
    let [reads, excused] = [0, 0];
    for (const [hash, { text, sender, audience }] of this.messages) {
      for (const device of this.devices) {
        const name = toHex(device.facts.id);
        const read = device.read.get(hash) ?? [];
        if (!audience.has(name)) expect(read, `${text} was not for ${device.facts.site}`).toEqual([]);
        else if (read.length > 0) expect(read).toEqual([text]);
        else if (this.isExcused(device, sender)) excused++;
        else expect(read, `${text} by suite ${sender.sent.get(hash)?.suite}`).toEqual([text]);
        reads += read.length;
      }
    }
    this.counts["asked again"] = this.network.log.filter(({ kind }) => kind === "resend").length;
    this.counts.messages = this.messages.size;
    this.counts.reads = reads;
    this.counts.excused = excused;
  }

  /** A lost key is replaced only while both are members and the sender may draw. */
  isExcused(device: SimulatedDevice, sender: SimulatedDevice): boolean {
    const { network } = this;
    const gone = [device, sender].some((one) => !one.isMember || network.isRevoked(one.facts.id));
    return gone && network.lossRate > 0;
  }
}

const entryOf = (device: TestDevice) => ({ device: device.id, certificateHash: device.certificate.hash });
const memberOf = (device: TestDevice) => ({
  user: device.user,
  site: device.site,
  devices: [entryOf(device)],
  moderator: false,
});

test(`after ${steps} random steps every honest message was read exactly once by exactly its audience (seed ${seed})`, async () => {
  const model = await Model.make();
  for (let i = 0; i < steps; i++) await model.step();
  await model.settle();
  model.check();
  const { counts } = model;
  if (process.env.MODEL_STEPS) console.log(counts);
  for (const name of [
    "suite 1",
    "suite 2",
    "suite 3",
    "suite 4",
    "restart",
    "altered",
    "repeated",
    "asked again",
  ])
    expect(counts[name], name).toBeGreaterThan(0);
  expect(counts.reads).toBeGreaterThan(counts.messages!);
  expect(counts.excused).toBeLessThan(counts.reads! / 4);
}, 600_000);
