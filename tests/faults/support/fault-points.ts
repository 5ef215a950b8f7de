import { outboxRow } from "../../../lib/messenger/engine/rows.ts";
import type {
  RelayPort,
  RelayQuestion,
  RelayReply,
  RelayRequest,
} from "../../../lib/messenger/relay/relay-port.ts";
import type { DeviceStore, StoreWrite } from "../../../lib/messenger/store/device-store.ts";

/** Where a device's process can be made to kill itself. */
export const senderPoints = [
  /** The key is drawn, nothing made with it is stored: before the ciphertext's (or the epoch start's) commit. */
  "drawn",
  /** The ciphertext is durable, nothing was sent. */
  "bound",
  /** The bytes were given to the socket; whether they left is open. */
  "sending",
  /** The relay has it, its acknowledgement was not seen. */
  "sent",
  /** The acknowledgement was seen and not stored. */
  "acknowledged",
] as const;
export const receiverPoints = [
  /** Opened in memory, not stored. */
  "opened",
  /** Stored; neither gateway nor sender know. */
  "stored",
] as const;
export type FaultPoint = (typeof senderPoints)[number] | (typeof receiverPoints)[number];

/** The point that is armed in this process, if any. */
export class FaultSwitch {
  armed: FaultPoint | undefined;

  /** Ends this process as kill -9 does when `point` is armed. */
  reach(point: FaultPoint): void {
    if (this.armed === point) process.kill(process.pid, "SIGKILL");
  }
}

function pointsOf(writes: readonly StoreWrite[]): { before?: FaultPoint; after?: FaultPoint } {
  const outbox = writes.find(({ table }) => table === "outbox");
  if (outbox !== undefined) {
    if (outbox.value === null) return { before: "acknowledged" };
    const { phase, kind } = outboxRow.decode(outbox.value);
    if (phase !== "bound") return {};
    return kind === "epoch" ? { before: "drawn" } : { before: "drawn", after: "bound" };
  }
  const received =
    writes.some(({ table }) => table === "messages") && writes.some(({ table }) => table === "senders");
  return received ? { before: "opened", after: "stored" } : {};
}

/** A device store whose commits are fault points. */
export function faultyStore(store: DeviceStore, faults: FaultSwitch): DeviceStore {
  return {
    kind: store.kind,
    shelf: store.shelf,
    get: (table, key) => store.get(table, key),
    range: (table, options) => store.range(table, options),
    async commit(writes) {
      const { before, after } = pointsOf(writes);
      if (before !== undefined) faults.reach(before);
      await store.commit(writes);
      if (after !== undefined) faults.reach(after);
    },
    commitLazily(writes) {
      const { before } = pointsOf(writes);
      if (before !== undefined) faults.reach(before);
      store.commitLazily(writes);
    },
    close: () => store.close(),
    erase: () => store.erase(),
  };
}

/** A relay connection whose sending is a fault point. */
export function faultyRelay(relay: RelayPort, faults: FaultSwitch): RelayPort {
  return {
    get connected() {
      return relay.connected;
    },
    open: (device, listener) => relay.open(device, listener),
    async ask<E extends RelayQuestion>(question: E, request: RelayRequest<E>): Promise<RelayReply<E>> {
      const answer = relay.ask(question, request);
      if (question === "entry:send") setImmediate(() => faults.reach("sending"));
      const reply = await answer;
      if (question === "entry:send") faults.reach("sent");
      return reply;
    },
    hint: (conversation, kind) => relay.hint(conversation, kind),
    close: () => relay.close(),
  };
}
