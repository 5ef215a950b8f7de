import { WebSocket } from "ws";
import type { WebSocketLike } from "../../../lib/messenger/gateway/web-socket.ts";
import { MessengerEngine } from "../../../lib/messenger/messenger-engine.ts";
import { FileStore } from "../../../lib/messenger/node/file-store.ts";
import { signInAsPost } from "../../../lib/messenger/node/sign-in.ts";
import { SocketRelay } from "../../../lib/messenger/relay/socket-relay.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";
import { findPost } from "../../support/post.ts";
import type { EngineCommand, EngineReport } from "./engine-process.ts";
import { FaultSwitch, faultyRelay, faultyStore } from "./fault-points.ts";

/** One device in a process of its own, told what to do by its parent; killed, it starts again on the same folder. */
const [origin = "", gatewayOrigin = "", handle = "", folder = ""] = process.argv.slice(2);
const faults = new FaultSwitch();
const identity = await signInAsPost(origin, handle);
const engine = new MessengerEngine({
  openStore: async () =>
    faultyStore(await FileStore.open({ folder, key: SecretBytes.own(new Uint8Array(32).fill(7)) }), faults),
  identity,
  openWebSocket: (url) => new WebSocket(url, { perMessageDeflate: false }) as unknown as WebSocketLike,
  relayOrigin: origin,
  createRelay: () => faultyRelay(new SocketRelay(origin, identity), faults),
});

function report(message: EngineReport): void {
  process.send?.(message);
}

async function obey(command: EngineCommand): Promise<void> {
  switch (command.type) {
    case "arm":
      faults.armed = command.point;
      return report({ type: "armed" });
    case "open":
      return report({ type: "conversation", id: await engine.openConversation(command.user) });
    case "send":
      await engine.send(command.conversation, command.text, command.suite);
      return report({ type: "stored", text: command.text });
    case "history": {
      const messages = await engine.messages(command.conversation, { limit: 1_000_000 });
      return report({
        type: "history",
        messages: messages.map(({ text, mine, problem, gapBefore, delivery }) => ({
          text,
          mine,
          gapBefore,
          problem: problem?.code ?? null,
          delivery: delivery?.state ?? null,
        })),
      });
    }
  }
}

let isReady = false;
const tellReady = async (): Promise<void> => {
  const state = await engine.state();
  if (state.phase === "failed") throw new Error(`${state.code}: ${state.message}`);
  if (isReady || state.phase !== "ready") return;
  isReady = true;
  report({ type: "ready" });
};
process.on("message", (command) => void obey(command as EngineCommand));
process.on("disconnect", () => process.exit(0));
engine.subscribe(({ type }) => {
  if (type === "state") void tellReady();
});
await engine.start({
  relayOrigin: origin,
  gatewayOrigin,
  user: findPost(handle).user,
  profile: "test",
});
await tellReady();
