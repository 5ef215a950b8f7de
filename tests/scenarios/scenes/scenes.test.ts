import { describe, expect, it } from "vitest";
import type { MessageView } from "../../../lib/messenger/messenger-api.ts";
import { perform } from "../../../lib/scenarios/rehearse/perform.ts";
import { type SceneId, sceneIds } from "../../../lib/scenarios/scenes/scene.ts";
import { scenes } from "../../../lib/scenarios/scenes/scenes.ts";
import { agent, FakeTheatre } from "./fake-theatre.ts";

async function lineOf(id: SceneId, theatre: FakeTheatre): Promise<string> {
  const chosen = scenes.filter((scene) => scene.id === id);
  for await (const { line } of perform(chosen, theatre, () => undefined)) return line;
  throw new Error(`no scene ${id}`);
}

function waiting(message: MessageView): MessageView {
  return {
    ...message,
    delivery: { state: "waiting-for-key", code: "key.short", reason: "too little", retryAt: null },
  };
}

/** Bob's letters wait until enough looks have passed; Alice's notes never do. */
function starve(theatre: FakeTheatre): FakeTheatre {
  theatre.ownOf = (message, looks) =>
    message.text?.startsWith("Ordinary letter") && looks < 60 ? waiting(message) : message;
  return theatre;
}

function withAgents(theatre: FakeTheatre): FakeTheatre {
  let orders = 0;
  theatre.agentList = [agent("grid", 1), agent("payments", 1), agent("payments", 2)];
  const second = agent("grid", 2);
  Object.defineProperty(second, "state", {
    get: () => ({ phase: "ready", duty: { ordersExecuted: orders++ } }),
  });
  theatre.agentList.splice(1, 0, second);
  const refused = [{ method: "altered", refused: "envelope.signature", milliseconds: 12 }];
  theatre.agentAnswers.set("forge-breaker", { results: refused, executed: 1, executedBefore: 1 });
  const batch = { settled: 20, agreed: true, keyBits: 256, otpBits: 46080, milliseconds: 900 };
  theatre.agentAnswers.set("run-batch", batch);
  return theatre;
}

const passes: Partial<Record<SceneId, { number: string; theatre?: (theatre: FakeTheatre) => FakeTheatre }>> =
  {
    "opening-map": { number: "6 links" },
    "first-note": { number: "768 bits" },
    "key-life": { number: "1536 bits" },
    eve: { number: "25 percent" },
    satellite: { number: "768 bits" },
    "compromised-node": { number: "1 keys" },
    hybrid: { number: "2 messages" },
    "power-grid": { number: "12 milliseconds", theatre: withAgents },
    payments: { number: "20 transfers", theatre: withAgents },
    starvation: { number: "3 seconds", theatre: starve },
    "harvest-now": { number: "3 messages" },
    "map-2021": { number: "27 states" },
    auditor: { number: "3 rows" },
    "what-is-real": { number: "5 sites" },
  };

describe("in a sound theatre", () => {
  it.each(Object.entries(passes))(
    "%s passes with the number that it measured",
    async (id, { number, theatre }) => {
      const line = await lineOf(id as SceneId, (theatre ?? ((same) => same))(new FakeTheatre()));
      expect(line).toMatch(new RegExp(`^PASS ${id} .*${number}$`));
    },
  );
});

it("the map of 2021 names every date in its order, and holds each for a second and more", async () => {
  const theatre = new FakeTheatre();
  const shown: (readonly [number, number | undefined])[] = [];
  const scene = scenes.find(({ id }) => id === "map-2021");
  await scene?.run(
    theatre,
    ({ signatures }) => shown.push([theatre.clock.now(), signatures]),
    AbortSignal.timeout(10_000),
  );
  expect(shown.map(([, step]) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  for (const [index, [at]] of shown.slice(1).entries())
    expect(at - (shown[index]?.[0] ?? 0)).toBeGreaterThanOrEqual(1000);
});

type Break = readonly [SceneId, string, (theatre: FakeTheatre) => unknown, RegExp];
const life = {
  slaveSites: ["es-mad-mfa"],
  delivered: [{ site: "es-mad-mfa" }],
  bits: 768,
  networkBits: 1536,
};
const costPerLink = [{ link: "pt-lis-mne~pt-mid", bits: 1 }];

const breaks: readonly Break[] = [
  [
    "opening-map",
    "links without key",
    (on) => on.answers.set("/ops/links", [{ availableBytes: 0 }]),
    /too-late.*0 of 1/,
  ],
  [
    "opening-map",
    "a network that claims to be real",
    (on) => Object.assign(on.topology, { simulated: false }),
    /simulated/,
  ],
  [
    "first-note",
    "a text that changed",
    (on) => {
      on.bobSees = (one) => ({ ...one, text: "other" });
    },
    /another text/,
  ],
  [
    "first-note",
    "nothing delivered",
    (on) => {
      on.bobSees = (one) => ({ ...one, text: null });
    },
    /too-late/,
  ],
  [
    "first-note",
    "a deaf recorder",
    (on) => {
      on.deaf = true;
    },
    /wiretap/,
  ],
  [
    "first-note",
    "another suite than was asked for",
    (on) => {
      on.cardOf = (card) => ({ ...card, suite: "AES" });
    },
    /went under AES/,
  ],
  [
    "key-life",
    "costs that do not add up",
    (on) => on.answers.set("/ops/keys/key", { ...life, costPerLink }),
    /add up/,
  ],
  [
    "key-life",
    "an account out of balance",
    (on) => on.answers.set("/ops/ledger/balances", [{ link: "pt-lis-mne~pt-mid", balance: 1, agree: true }]),
    /balance/,
  ],
  ["eve", "a link that notices nothing", (on) => on.answers.set("/ops/links", []), /alarm/],
  [
    "eve",
    "keys that go on over the tapped link",
    (on) => {
      on.cardOf = (card) => ({ ...card, routes: [["pt-lis-mne", "pt-mid", "es-mad-mfa"]] });
    },
    /crossed the tapped link/,
  ],
  ["satellite", "empty stores", (on) => on.answers.set("/ops/space", { stations: [] }), /ground stations/],
  [
    "satellite",
    "a key that went by cable",
    (on) => {
      on.cardOf = (card) => ({ ...card, routes: [["pt-lis-mne", "be-bru-eu"]] });
    },
    /did not cross/,
  ],
  ["satellite", "no satellite at all", (on) => on.topology.links.splice(4), /unsuited/],
  [
    "compromised-node",
    "a ledger that hides what the node saw",
    (on) => on.answers.set("/ops/exposure", { exposed: 0, keys: 2, known: [] }),
    /does not list/,
  ],
  [
    "compromised-node",
    "a node that knows both shares",
    (on) =>
      on.answers.set("/ops/exposure", {
        exposed: 2,
        keys: 2,
        known: [{ keyId: "key-1" }, { keyId: "key-2" }],
      }),
    /alone can rebuild/,
  ],
  [
    "compromised-node",
    "one way where two were asked for",
    (on) => {
      on.cardOf = (card) => ({ ...card, routes: card.routes.slice(0, 1) });
    },
    /one way only/,
  ],
  [
    "hybrid",
    "messages that the recorder missed",
    (on) => {
      on.deaf = true;
    },
    /records all four/,
  ],
  ["hybrid", "unknown devices", (on) => on.answers.set("/ops/devices", []), /devices/],
  ["power-grid", "no control centre", () => undefined, /unsuited/],
  [
    "power-grid",
    "a forged order that is carried out",
    (on) =>
      withAgents(on).agentAnswers.set("forge-breaker", {
        results: [{ method: "replayed", refused: null, milliseconds: 8000 }],
      }),
    /replayed was not refused/,
  ],
  [
    "payments",
    "books that differ",
    (on) => withAgents(on).agentAnswers.set("run-batch", { settled: 20, agreed: false }),
    /do not agree/,
  ],
  [
    "payments",
    "transfers that are lost",
    (on) => withAgents(on).agentAnswers.set("run-batch", { settled: 19, agreed: true }),
    /19 of 20/,
  ],
  [
    "vault",
    "too few custodians",
    (on) => {
      on.agentList = [agent("custodian", 1)];
    },
    /unsuited/,
  ],
  ["starvation", "letters that need not wait", () => undefined, /waits for key/],
  [
    "starvation",
    "letters that wait and are not told for how long",
    (on) => starve(on).answers.set("/ops/pools", []),
    /for how long/,
  ],
  [
    "harvest-now",
    "messages that the recorder missed",
    (on) => {
      on.deaf = true;
    },
    /records the messages/,
  ],
  [
    "map-2021",
    "a network without cables between states",
    (on) => {
      const { network } = on;
      on.network = async () => ({ ...(await network("nine")), links: [] });
    },
    /islands/,
  ],
  [
    "auditor",
    "a broken chain",
    (on) =>
      on.answers.set("/ops/ledger/verify", {
        ok: false,
        checked: 3,
        brokenAt: { site: "pt-mid", index: 2, reason: "" },
        witnesses: [],
      }),
    /pt-mid is broken at row 2/,
  ],
  [
    "auditor",
    "an export that leaves rows out",
    (on) => on.answers.set("/ops/ledger/export", "{}\n"),
    /1 lines for 3 rows/,
  ],
  [
    "auditor",
    "an account out of balance",
    (on) => on.answers.set("/ops/ledger/balances", [{ balance: 5, agree: false }]),
    /balances/,
  ],
  [
    "what-is-real",
    "a network that claims to be real",
    (on) => Object.assign(on.topology, { simulated: false }),
    /simulated/,
  ],
  [
    "what-is-real",
    "a site of unknown provenance",
    (on) => on.topology.sites.push({ id: "x", provenance: "?" } as never),
    /whether it is real/,
  ],
];

describe("in a theatre with one fault", () => {
  it.each(breaks)("%s fails: %s", async (id, _what, spoil, reason) => {
    const theatre = new FakeTheatre();
    spoil(theatre);
    const line = await lineOf(id, theatre);
    expect(line).toMatch(new RegExp(`^FAIL ${id} `));
    expect(line).toMatch(reason);
    expect(line).not.toContain("\n");
  });

  it("every scene can fail", () => {
    expect([...new Set(breaks.map(([id]) => id))].sort()).toEqual([...sceneIds].sort());
  });
});

describe("after a scene", () => {
  it("what it did to the network is undone, also when it failed", async () => {
    const theatre = new FakeTheatre();
    const quiet = { availableBytes: 1, cut: false, attack: { model: "none" }, alarm: null };
    theatre.answers.set(
      "/ops/links",
      theatre.topology.links.map(({ id }) => ({ id, ...quiet })),
    );
    expect(await lineOf("eve", theatre)).toMatch(/^FAIL eve scene.too-late/);
    expect(theatre.commands).toEqual(["link.attack", "links.reset"]);
    const sound = new FakeTheatre();
    expect(await lineOf("eve", sound)).toMatch(/^PASS/);
    expect(sound.commands).toEqual(["link.attack", "links.reset"]);
  });

  it("a deployment that cannot be restored makes it fail", async () => {
    const theatre = new FakeTheatre();
    const { command } = theatre;
    theatre.command = async (kind, args) => {
      if (kind === "links.reset") throw new Error("the key network cannot be reached");
      await command.call(theatre, kind, args);
    };
    expect(await lineOf("eve", theatre)).toBe("FAIL eve not restored: the key network cannot be reached");
  });
});
