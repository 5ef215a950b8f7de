import { randomBytes } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import { type RelayAnswer, type RelayBinary, relayBytes } from "../../protocol/relay-events.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { AgentError } from "./agent-error.ts";

export interface WireEntry {
  readonly seq: number;
  readonly kind: string;
  readonly bytes: Bytes;
}

/**
 * An attacker who has taken over somebody's connection to the relay: reads and puts whatever the relay stores, and
 * holds none of the device's keys.
 */
export interface Wire {
  /** The newest entries of a conversation, at most 200. */
  newest(conversation: string): Promise<readonly WireEntry[]>;
  /** Puts an envelope in the conversation under that person's name; its place in the relay's log. */
  put(conversation: string, envelope: Bytes): Promise<number>;
  close(): void;
}

const answerMs = 10_000;
const page = 200;

/** @throws AgentError "agent.relay-away", "agent.relay-refused" */
export async function openWire(origin: string, token: string): Promise<Wire> {
  const socket = io(origin, {
    auth: { device: randomBytes(16).toString("hex"), token },
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", (cause) => {
      socket.close();
      reject(new AgentError("agent.relay-away", "the relay does not let the attacker in", { cause }));
    });
  });
  const read = (conversation: string, after: number, limit: number) =>
    ask<{ entries: { seq: number; kind: string; bytes: RelayBinary }[]; head: number }>(
      socket,
      "entry:read",
      {
        conversation,
        after,
        limit,
      },
    );
  return {
    async newest(conversation) {
      const { head } = await read(conversation, 0, 1);
      const { entries } = await read(conversation, Math.max(0, head - page), page);
      return entries.map(({ seq, kind, bytes }) => ({ seq, kind, bytes: relayBytes(bytes) }));
    },
    async put(conversation, bytes) {
      const clientId = randomBytes(16).toString("hex");
      const entry = { conversation, clientId, kind: "envelope", bytes };
      return (await ask<{ seq: number }>(socket, "entry:send", entry)).seq;
    },
    close: () => void socket.close(),
  };
}

async function ask<Reply extends object>(socket: Socket, event: string, request: object): Promise<Reply> {
  const answer: RelayAnswer<Reply> = await socket.timeout(answerMs).emitWithAck(event, request);
  if (answer.ok) return answer;
  throw new AgentError("agent.relay-refused", `the relay refused: ${answer.code}`);
}
