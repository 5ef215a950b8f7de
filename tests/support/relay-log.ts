import type { IdentitySource } from "../../lib/messenger/identity-source.ts";
import type { IncomingEntry } from "../../lib/messenger/relay/relay-port.ts";
import { SocketRelay } from "../../lib/messenger/relay/socket-relay.ts";
import { relayBytes } from "../../lib/protocol/relay-events.ts";
import { toHex } from "../../lib/shared/hex.ts";

const page = 200;
const nothing = (): undefined => undefined;

/** All entries of a conversation as the relay stores them, read as one of its members. */
export async function readRelayLog(
  origin: string,
  member: IdentitySource,
  conversation: string,
): Promise<Omit<IncomingEntry, "conversation">[]> {
  const relay = new SocketRelay(origin, member);
  await new Promise<void>((connected) =>
    relay.open(toHex(crypto.getRandomValues(new Uint8Array(16))), {
      connected,
      disconnected: nothing,
      entry: nothing,
      receipt: nothing,
      hint: nothing,
      conversation: nothing,
      sessionEnd: nothing,
    }),
  );
  try {
    const all: Omit<IncomingEntry, "conversation">[] = [];
    for (;;) {
      const after = all.at(-1)?.seq ?? 0;
      const { entries } = await relay.ask("entry:read", { conversation, after, limit: page });
      all.push(...entries.map((entry) => ({ ...entry, bytes: relayBytes(entry.bytes) })));
      if (entries.length < page) return all;
    }
  } finally {
    relay.close();
  }
}
