import { afterEach, describe, expect, it } from "vitest";
import {
  SharedEngine,
  type TabChannel,
  type TabLocks,
} from "../../../lib/messenger/browser/shared-engine.ts";
import type { MessengerApi, MessengerOptions } from "../../../lib/messenger/messenger-api.ts";
import { MessengerError } from "../../../lib/messenger/messenger-error.ts";

/** navigator.locks of one origin: one holder, the others wait in line. */
class Locks implements TabLocks {
  #last: Promise<void> = Promise.resolve();

  async hold(_name: string, signal: AbortSignal, whileHeld: () => Promise<void>): Promise<void> {
    const turn = this.#last;
    const mine = turn.then(() => (signal.aborted ? undefined : whileHeld()));
    this.#last = mine.catch(() => undefined);
    await mine;
  }
}

const user = { id: "aa".repeat(16), name: "Duty officer, Lisbon", site: "lisbon" };
const options: MessengerOptions = { relayOrigin: "", gatewayOrigin: "http://gateway", user, profile: "test" };

/** What the tabs share: the store's rows outlive each engine. */
class Profile {
  readonly sent = new Map<string, string>();
  readonly locks = new Locks();
  started = 0;
  /** Set to make the leader's engine never answer a "send" it has carried out. */
  swallowAnswers = false;
  readonly #tabs: SharedEngine[] = [];
  readonly #channels: BroadcastChannel[] = [];

  tab(): SharedEngine {
    const tab = new SharedEngine({
      locks: this.locks,
      openChannel: (name) => {
        const channel = new BroadcastChannel(`${name} ${process.pid}`);
        this.#channels.push(channel);
        return channel as unknown as TabChannel;
      },
      createEngine: async () => this.#engine(),
    });
    this.#tabs.push(tab);
    return tab;
  }

  async close(): Promise<void> {
    for (const tab of this.#tabs) await tab.stop();
    for (const channel of this.#channels) channel.close();
  }

  #engine(): MessengerApi {
    this.started++;
    const api = {
      start: async () => undefined,
      stop: async () => undefined,
      state: async () => ({ phase: "ready" }),
      self: async () => ({ user: user.id, leader: true }),
      send: async (_conversation: string, text: string, _suite: string, _level: number, id: string) => {
        this.sent.set(id, text);
        if (this.swallowAnswers) await new Promise(() => undefined);
        return id;
      },
      cancel: async () => {
        throw new MessengerError("outbox.too-late", "too late", { nextStep: "Write another." });
      },
      subscribe: () => () => undefined,
    };
    return api as unknown as MessengerApi;
  }
}

let profile: Profile;
afterEach(async () => {
  await profile.close();
});

describe("two tabs of one profile", () => {
  it("run one engine; the other tab's calls go to it and come back, errors with their codes", async () => {
    profile = new Profile();
    const [one, two] = [profile.tab(), profile.tab()];
    one.start(options);
    two.start(options);
    expect(await one.call("state", [])).toEqual({ phase: "ready" });
    expect(await two.call("state", [])).toEqual({ phase: "ready" });
    expect(profile.started).toBe(1);
    expect([one.leads, two.leads]).toEqual([true, false]);
    expect(await two.call("self", [])).toMatchObject({ leader: false });
    await expect(two.call("cancel", ["x"])).rejects.toMatchObject({
      code: "outbox.too-late",
      nextStep: "Write another.",
    });
  });

  it("hand the work over when the first closes", async () => {
    profile = new Profile();
    const [one, two] = [profile.tab(), profile.tab()];
    one.start(options);
    two.start(options);
    await two.call("state", []);
    await one.stop();
    expect(await two.call("state", [])).toEqual({ phase: "ready" });
    expect([profile.started, two.leads]).toEqual([2, true]);
  });

  it("send a message once although the leader closes before it answers", async () => {
    profile = new Profile();
    const [one, two] = [profile.tab(), profile.tab()];
    one.start(options);
    two.start(options);
    await two.call("state", []);
    profile.swallowAnswers = true;
    const sending = two.call("send", ["c", "once", "OTP", 0]);
    await two.call("state", []);
    profile.swallowAnswers = false;
    await one.stop();
    const id = await sending;
    expect([...profile.sent]).toEqual([[id, "once"]]);
  });

  it("of two persons keep apart: the second learns whose device this is", async () => {
    profile = new Profile();
    const [one, two] = [profile.tab(), profile.tab()];
    one.start(options);
    two.start({ ...options, user: { ...user, id: "bb".repeat(16), name: "Somebody else" } });
    expect(await two.call("state", [])).toEqual({ phase: "other-user", holder: user.name });
    await expect(two.call("conversations", [])).rejects.toMatchObject({ code: "enrol.other-user" });
  });
});
