import { findSite } from "../../protocol/site-list.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { eraseRevoked, isMarkedRevoked, isOnList } from "../devices/erase-revoked.ts";
import { RevocationKeeper } from "../devices/revocation-keeper.ts";
import { takeCard, type WaitingDevice } from "../devices/waiting-device.ts";
import type { EngineOptions } from "../engine-options.ts";
import { HttpAttachments } from "../files/http-attachments.ts";
import { AccessSecrets } from "../gateway/access-secrets.ts";
import { GatewayClient } from "../gateway/gateway-client.ts";
import type { EngineState, MessengerEvents, MessengerOptions } from "../messenger-api.ts";
import { MessengerError } from "../messenger-error.ts";
import { backoff, secureRandom } from "../outbox/backoff.ts";
import { SocketRelay } from "../relay/socket-relay.ts";
import type { DeviceStore } from "../store/device-store.ts";
import { CertificateKeeper } from "./certificate-keeper.ts";
import { type DeviceIdentity, openIdentity } from "./device-identity.ts";
import { EngineSession } from "./engine-session.ts";
import {
  ApprovalNeeded,
  type Enrolled,
  type EnrolOptions,
  enrolDevice,
  hasAccess,
  loadEnrolled,
  postCommand,
  readNetwork,
  readRevocations,
  refreshSiteList,
} from "./enrolment.ts";

const cardPatience = 60_000;
const firstRetry = 500;
const longestRetry = 15_000;
/** A lapsed certificate opens the channel for renewal for 30 days; a little less here. */
const renewableFor = 29 * 24 * 60 * 60 * 1000;
const mustEnrolAgain = new Set(["channel.access-unknown", "certificate.unknown", "certificate.expired"]);

export interface DriverHooks {
  announce(event: MessengerEvents): void;
  fail(error: unknown): void;
}

/**
 * Brings a device from its store to work: identity, enrolment (waiting for approval, for the network, for a signed-in
 * person), then a session. Tries again by itself until `stop`.
 */
export class EnrolmentDriver {
  readonly #engine: EngineOptions;
  readonly #options: MessengerOptions;
  readonly #hooks: DriverHooks;
  readonly #now: () => number;
  #phase: EngineState = { phase: "starting" };
  #store: DeviceStore | undefined;
  #identity: DeviceIdentity | undefined;
  #session: EngineSession | undefined;
  #wasReady = false;
  #stopped = false;
  #wake: (() => void) | undefined;
  #waiting: WaitingDevice | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(engine: EngineOptions, options: MessengerOptions, hooks: DriverHooks) {
    this.#engine = engine;
    this.#options = options;
    this.#hooks = hooks;
    this.#now = engine.now ?? Date.now;
  }

  get session(): EngineSession | undefined {
    return this.#session;
  }

  get store(): DeviceStore | undefined {
    return this.#store;
  }

  get identity(): DeviceIdentity | undefined {
    return this.#identity;
  }

  /** Something while this device waits for approval or for its access card. */
  get waiting(): WaitingDevice | undefined {
    return this.#waiting;
  }

  /** @throws MessengerError "enrol.not-waiting"; ProtocolError carried.*, access-card.* */
  async takeCard(text: string): Promise<void> {
    if (!this.#waiting)
      throw new MessengerError("enrol.not-waiting", "this device does not wait for an access card");
    await takeCard(this.#waiting, this.#opened().store, text);
    this.#wake?.();
  }

  /** Carries a signed command to the key world. @throws MessengerError with its code, "gateway.offline" */
  async carry(command: Bytes): Promise<void> {
    await postCommand(this.#enrolOptions(), command);
  }

  get state(): EngineState {
    if (this.#phase.phase !== "connecting" || !this.#session) return this.#phase;
    if (this.#session.online) {
      this.#wasReady = true;
      return { phase: "ready" };
    }
    return { phase: this.#wasReady ? "offline" : "connecting" };
  }

  /** Opens the store and whatever can be had without a network; goes on in the background. */
  async start(): Promise<void> {
    try {
      this.#store = await this.#engine.openStore();
      if (await isMarkedRevoked(this.#store)) return this.#become({ phase: "revoked" });
      this.#identity = await openIdentity(this.#store, this.#options.user);
    } catch (error) {
      if (error instanceof MessengerError && error.code === "enrol.other-user") {
        this.#become({ phase: "other-user", holder: error.message.replace(/^.* device of /, "") });
      } else this.#failed(error);
      return;
    }
    const enrolled = await loadEnrolled(this.#store);
    const usable = enrolled && enrolled.certificate.value.notAfter + renewableFor > this.#now();
    if (usable && (await hasAccess(this.#store))) await this.#work(enrolled);
    else this.#running = this.#enrol();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
    await this.#session?.stop();
    this.#session = undefined;
  }

  async #enrol(): Promise<void> {
    this.#become({ phase: "enrolling" });
    for (let attempts = 0; !this.#stopped; attempts++) {
      try {
        const enrolled = await enrolDevice(this.#enrolOptions());
        if (!(await this.#hasCard(enrolled))) continue;
        this.#waiting = undefined;
        if (!this.#stopped) await this.#work(enrolled);
        return;
      } catch (error) {
        if (!(await this.#mayTryAgain(error, attempts))) return;
      }
    }
  }

  /** Where the access secret is carried by hand: waits for it; false after a while, to ask the site once more. */
  async #hasCard({ certificate, siteList }: Enrolled): Promise<boolean> {
    const { store, identity } = this.#opened();
    if (await hasAccess(store)) return true;
    const { sealingKey } = certificate.value;
    this.#waiting = { identity, sealingKey, siteList, needsCard: true, approved: true };
    this.#become({ phase: "approval-needed", device: identity.device });
    while (!this.#stopped && !(await hasAccess(store))) await this.#sleep(cardPatience);
    return !this.#stopped;
  }

  /** Until `delay` ms are over or something wakes it. */
  async #sleep(delay: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Waits as the failure demands; false when trying again makes no sense. */
  async #mayTryAgain(error: unknown, attempts: number): Promise<boolean> {
    let delay = backoff(attempts, firstRetry, longestRetry, secureRandom);
    if (error instanceof ApprovalNeeded) {
      this.#waiting = error.waiting;
      this.#become({ phase: "approval-needed", device: this.#identity?.device ?? "" });
      delay = error.retryAfterMs;
    } else if (error instanceof MessengerError && error.code === "identity.signed-out") {
      this.#become({ phase: "signed-out" });
      return false;
    } else if (error instanceof VernamError && error.code === "device.revoked") {
      await this.#askWhetherRevoked();
      return false;
    } else if (!(error instanceof VernamError) || !isPassing(error.code)) {
      this.#failed(error);
      return false;
    }
    await this.#sleep(delay);
    return !this.#stopped;
  }

  async #work(enrolled: Enrolled): Promise<void> {
    const { store, identity } = this.#opened();
    let { siteList } = enrolled;
    const fresh = await refreshSiteList(this.#enrolOptions(), siteList).catch(() => undefined);
    if (fresh) siteList = fresh;
    const access = new AccessSecrets(store);
    await access.load();
    const keeper = new CertificateKeeper(store, identity, enrolled.certificate, this.#now);
    await keeper.load();
    const gateway = new GatewayClient({
      origin: this.#options.gatewayOrigin,
      identity,
      certificate: () => keeper.certificate.bytes,
      gatewayKey: () => findSite(siteList, identity.site)?.gatewayKey as Bytes,
      access,
      sealingSeeds: () => keeper.seeds,
      openWebSocket: this.#engine.openWebSocket,
    });
    const relay =
      this.#engine.createRelay?.() ?? new SocketRelay(this.#engine.relayOrigin, this.#engine.identity);
    const attachments =
      this.#engine.createAttachments?.() ??
      new HttpAttachments({
        origin: this.#engine.relayOrigin,
        identity: this.#engine.identity,
        fetch: this.#engine.fetch ?? ((input, init) => fetch(input, init)),
        now: this.#now,
      });
    const revocations = new RevocationKeeper(store, () => siteList);
    const session = new EngineSession({
      revocations,
      revoked: () => void this.#revoked(),
      carry: (command) => this.carry(command),
      store,
      self: identity,
      relay,
      attachments,
      gateway,
      access,
      keeper,
      siteList,
      now: this.#now,
      announce: this.#hooks.announce,
      opened: this.#engine.onOpened ?? (() => undefined),
      refused: this.#engine.onRefused ?? (() => undefined),
      fail: this.#hooks.fail,
      signedOut: () => this.#become({ phase: "signed-out" }),
      gatewayRefused: (code) => this.#gatewayRefused(code),
    });
    this.#session = session;
    this.#become({ phase: "connecting" });
    await session.open();
  }

  #gatewayRefused(code: string): void {
    if (code === "device.revoked") void this.#askWhetherRevoked();
    if (mustEnrolAgain.has(code) && this.#session) {
      const session = this.#session;
      this.#session = undefined;
      this.#running = session.stop().then(() => this.#enrol());
    }
  }

  /**
   * The connection was closed with the word "revoked", which anybody on the way can say. What counts is the site's
   * signed list; without it this device only stops.
   */
  async #askWhetherRevoked(): Promise<void> {
    const { store, identity } = this.#opened();
    const options = this.#enrolOptions();
    try {
      const { siteList } = (await loadEnrolled(store)) ?? (await readNetwork(options));
      if (await isOnList(await readRevocations(options), siteList, identity)) return await this.#revoked();
    } catch {
      // Told below.
    }
    await this.#session?.stop();
    this.#session = undefined;
    this.#become({
      phase: "failed",
      code: "device.revoked",
      message: "this site's gateway says that this device was revoked, and does not prove it",
      nextStep: "Reload to ask again, or ask the site's officer.",
    });
  }

  /** Its own site revoked this device: everything goes, and stays gone after a restart. */
  async #revoked(): Promise<void> {
    const { store } = this.#opened();
    const session = this.#session;
    this.#session = undefined;
    this.#become({ phase: "revoked" });
    await session?.stop().catch(() => undefined);
    await eraseRevoked(store).catch(this.#hooks.fail);
    this.#become({ phase: "revoked" });
  }

  #opened(): { store: DeviceStore; identity: DeviceIdentity } {
    if (!this.#store || !this.#identity)
      throw new MessengerError("messenger.not-started", "the messenger is not started");
    return { store: this.#store, identity: this.#identity };
  }

  #enrolOptions(): EnrolOptions {
    const { store, identity } = this.#opened();
    return {
      store,
      identity,
      tokens: this.#engine.identity,
      gatewayOrigin: this.#options.gatewayOrigin,
      // A browser's fetch must be called on its global object.
      fetch: this.#engine.fetch ?? ((input, init) => fetch(input, init)),
      label: this.#engine.label ?? "",
      now: this.#now,
    };
  }

  #become(state: EngineState): void {
    this.#phase = state;
    this.#hooks.announce({ type: "state" });
  }

  #failed(error: unknown): void {
    if (error instanceof VernamError) {
      const { code, message, nextStep } = error;
      this.#become({ phase: "failed", code, message, ...(nextStep === undefined ? {} : { nextStep }) });
    } else {
      this.#become({
        phase: "failed",
        code: "messenger.internal",
        message: error instanceof Error ? error.message : "unknown error",
        nextStep: "Reload; nothing that was acknowledged is lost.",
      });
    }
  }
}

/** The network or the server is away; also what a token a few seconds too old gets. */
function isPassing(code: string): boolean {
  return (
    code === "gateway.offline" ||
    code === "identity.unavailable" ||
    code === "gateway.internal" ||
    code === "enrol.challenge" ||
    code.startsWith("token.") ||
    code.startsWith("http.5")
  );
}
