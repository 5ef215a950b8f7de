import type {
  KeyCardView,
  MessageView,
  MessengerApi,
  SuiteName,
} from "../../../lib/messenger/messenger-api.ts";
import { loadNamedNetwork } from "../../../lib/network/named-networks.ts";
import type { AgentView, DeskPair, Theatre } from "../../../lib/scenarios/scenes/theatre.ts";
import { readWireFrame, type WireFrame } from "../../../lib/scenarios/wire-frame.ts";
import { fromHex } from "../../../lib/shared/hex.ts";
import aes from "../../vectors/suite-aes.json" with { type: "json" };
import hybrid from "../../vectors/suite-hybrid.json" with { type: "json" };
import otp from "../../vectors/suite-otp.json" with { type: "json" };
import otpHybrid from "../../vectors/suite-otp-hybrid.json" with { type: "json" };

const envelopes = { OTP: otp, AES: aes, HYBRID: hybrid, OTP_HYBRID: otpHybrid };
const conversation = otp.header.conversation;
const site = (id: string, country: string, kind = "endpoint") => ({
  id,
  name: id,
  country,
  kind,
  provenance: "real",
});
const link = (a: string, b: string, kind = "fibre") => ({ id: `${a}~${b}`, a, b, kind, active: true });
const healthy = {
  condition: "standby",
  alarm: null,
  qber: 0.01,
  cut: false,
  attack: { model: "none", fraction: 0 },
};

/**
 * A theatre at the edge of the scenes' interface: answers as a sound deployment would, and each test breaks one
 * thing in it. The envelopes on its wire are the test vectors of docs/PROTOCOL.md.
 */
export class FakeTheatre implements Theatre {
  readonly commands: string[] = [];
  readonly frames: WireFrame[] = [];
  readonly messages: MessageView[] = [];
  readonly cards = new Map<string, KeyCardView>();
  attacked: string | null = null;
  /** What reading a path answers, in place of what a sound deployment would. */
  readonly answers = new Map<string, unknown>();
  /** What an agent's command answers, by its name. */
  readonly agentAnswers = new Map<string, unknown>();
  agentList: AgentView[] = [];
  /** Changes a message as Bob gets it. */
  bobSees: (message: MessageView) => MessageView = (message) => message;
  /** Changes an own message as Bob's device tells of it. */
  ownOf: (message: MessageView, looks: number) => MessageView = (message) => message;
  /** Changes a key card. */
  cardOf: (card: KeyCardView) => KeyCardView = (card) => card;
  /** The recorder hears nothing. */
  deaf = false;
  #time = 1_780_000_000_000;
  #looks = 0;

  readonly topology = {
    network: "fake",
    simulated: true,
    sites: [
      site("pt-lis-mne", "PT"),
      site("pt-mid", "PT", "trusted-node"),
      site("pt-way", "PT", "trusted-node"),
      site("es-mad-mfa", "ES"),
      site("be-bru-eu", "BE"),
    ],
    links: [
      link("pt-lis-mne", "pt-mid"),
      link("pt-mid", "es-mad-mfa"),
      link("pt-lis-mne", "pt-way"),
      link("pt-way", "es-mad-mfa"),
      link("sat", "pt-mid", "space"),
      link("sat", "be-bru-eu", "space"),
    ],
    satellites: [{ id: "sat", name: "sat" }],
    sources: {},
  };

  readonly operations: Theatre["operations"] = {
    read: async <T>(path: string) => structuredClone(this.#answer(path)) as T,
    text: async (path) => String(this.#answer(path)),
  };

  async command(kind: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    this.commands.push(kind);
    if (kind === "link.attack") this.attacked = String(args.link);
    if (kind === "links.reset") this.attacked = null;
  }

  async desks(alice: string, bob: string): Promise<DeskPair> {
    const desk = (name: string, at: string, api: Partial<MessengerApi>) => ({
      site: at,
      user: name,
      api: { ...api, cancel: async () => undefined } as MessengerApi,
    });
    const send = async (_to: string, content: unknown, suite: SuiteName) =>
      this.#send(String(content), suite, alice, bob);
    return {
      alice: desk("alice", alice, {
        send: send as MessengerApi["send"],
        messages: async () => this.messages,
        keyCard: async (id) => this.cards.get(id) ?? null,
      }),
      bob: desk("bob", bob, {
        send: send as MessengerApi["send"],
        messages: async () => this.messages.map((one) => this.ownOf(this.bobSees(one), this.#looks++)),
      }),
      conversation,
    };
  }

  readonly wiretap = { frames: () => this.frames };

  readonly agents: Theatre["agents"] = {
    list: async () => this.agentList,
    command: async (_handle, name) => {
      this.commands.push(`agent ${name}`);
      return this.agentAnswers.get(name) ?? {};
    },
  };

  network = async (name: "nine" | "eu27") => loadNamedNetwork(name);

  readonly clock: Theatre["clock"] = {
    now: () => this.#time,
    wait: async (milliseconds, signal) => {
      signal.throwIfAborted();
      this.#time += milliseconds;
    },
  };

  #send(text: string, suite: SuiteName, alice: string, bob: string): string {
    const { header, envelope } = envelopes[suite];
    const first = !this.messages.some(({ id }) => id === header.messageId);
    const id = first ? header.messageId : `${header.messageId}-${this.messages.length}`;
    const bytes = fromHex(envelope);
    const frame = {
      at: this.#time,
      event: "envelope",
      conversation,
      sender: "",
      seq: 1,
      bytes,
      size: bytes.length,
    };
    if (!this.deaf) this.frames.push(readWireFrame(frame as Parameters<typeof readWireFrame>[0], id));
    this.messages.push({ id, text, suite, delivery: { state: "delivered" } } as MessageView);
    const ways =
      suite === "OTP_HYBRID" ? ["pt-mid", "pt-way"] : [this.attacked === null ? "pt-mid" : "pt-way"];
    const over = bob === "be-bru-eu" ? ["pt-mid", "sat"] : null;
    const card = {
      message: id,
      suite,
      keyIds: [`key-${this.messages.length}`],
      endToEndBits: 768,
      networkBits: 1536,
      routes: over ? [[alice, ...over, bob]] : ways.map((way) => [alice, way, bob]),
      trustedNodes: over ?? ways,
      envelopeBytes: bytes.length,
      erasedAt: null,
    };
    this.cards.set(id, this.cardOf(card as unknown as KeyCardView));
    return id;
  }

  #answer(path: string): unknown {
    const prepared = this.answers.get(path.replace(/key-\d+$/, "key"));
    return prepared === undefined ? this.#sound(path) : prepared;
  }

  #sound(path: string): unknown {
    if (path === "/ops/topology") return this.topology;
    if (path === "/ops/links") return this.topology.links.map(({ id }) => this.#status(id));
    if (path === "/ops/ledger/verify")
      return { ok: true, checked: 3, verdict: "witnessed", brokenAt: null, witnesses: ["pt-mid"] };
    if (path === "/ops/ledger/balances")
      return this.topology.links.map(({ id }) => ({ link: id, balance: 0, agree: true }));
    if (path === "/ops/ledger/export") return "{}\n{}\n{}\n";
    if (path === "/ops/devices")
      return ["alice", "bob"].map((user) => ({ user, state: "certified", byHand: false, assurance: "open" }));
    if (path === "/ops/exposure") return { exposed: 1, keys: 2, known: [{ keyId: "key-1" }] };
    if (path === "/ops/pools") {
      const ordinary = this.commands.includes("links.reset") ? 0 : 1;
      return [{ link: "pt-lis-mne~pt-mid", timeToKeyMs: 3000, waiting: { priority: 0, ordinary } }];
    }
    if (path === "/ops/space")
      return {
        stations: ["pt-mid", "be-bru-eu"].map((at) => ({ site: at, storedBytes: 9000, sky: "cloudy" })),
      };
    if (path.startsWith("/ops/keys/")) return this.#life();
    throw new Error(`the fake theatre has no ${path}`);
  }

  #status(id: string): object {
    const status = { ...healthy, id, availableBytes: 1000 };
    return id === this.attacked ? { ...status, condition: "alarm", alarm: "qber-high", qber: 0.25 } : status;
  }

  #life(): object {
    return {
      masterSite: "pt-lis-mne",
      slaveSites: ["es-mad-mfa"],
      bits: 768,
      networkBits: 1536,
      costPerLink: [
        { link: "pt-lis-mne~pt-mid", bits: 768 },
        { link: "sat~pt-mid", bits: 768 },
      ],
      delivered: [{ site: "es-mad-mfa", at: 1 }],
      knownTo: ["pt-mid"],
      requestedAt: 1,
    };
  }
}

export function agent(kind: AgentView["kind"], number: number, duty: unknown = {}): AgentView {
  const handle = `${kind}-${number}`;
  const state = { phase: "ready", duty };
  return {
    handle,
    kind,
    site: `site-${number}`,
    name: handle,
    user: handle,
    connected: true,
    state,
    problem: null,
  };
}
