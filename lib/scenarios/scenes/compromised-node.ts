import type { ExposureView } from "../../keys/api-types.ts";
import { neighbours } from "./casting.ts";
import { expectThat } from "./expect-that.ts";
import { readTopology, resetKeyWorld } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";
import type { Theatre } from "./theatre.ts";

const usual = "By one way, over trusted nodes.";
const split = "In two shares, over ways without a common node.";
const secret = 3;

/** "What if one of your nodes is theirs?" Exactly the keys that it saw; then a message whose key goes in two shares. */
export const compromisedNode: Scene = {
  id: "compromised-node",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const { alice, bob } = neighbours(await readTopology(theatre));
    const pair = await theatre.desks(alice, bob, signal);
    const from = theatre.clock.now();
    const one = await sendNote(theatre, pair, { text: usual, suite: "OTP" }, signal);
    const node = middle(one.card.trustedNodes);
    expectThat(node !== undefined, "the way of the message has no trusted node");
    await theatre.command("node.compromise", { node, on: true });
    progress({ key: "compromised", values: { node }, route: one.card.routes[0] ?? [] });
    const seen = await exposureOf(theatre, node);
    const saw = new Set(seen.known.map(({ keyId }) => keyId));
    expectThat(
      one.card.keyIds.every((id) => saw.has(id)),
      "the ledger does not list the key among those that the node saw",
    );
    const two = await sendNote(theatre, pair, { text: split, suite: "OTP_HYBRID", level: secret }, signal);
    progress({ key: "split", values: { ways: two.card.routes.length }, route: two.card.routes[1] ?? [] });
    expectThat(two.card.routes.length >= 2, "the key of the secret message went one way only");
    const later = await exposureOf(theatre, node, from);
    const known = new Set(later.known.map(({ keyId }) => keyId));
    expectThat(
      !two.card.keyIds.some((id) => known.has(id)),
      "the node alone can rebuild the key that went in two shares",
    );
    return {
      number: { value: seen.exposed, unit: "keys" },
      facts: [
        { key: "of", values: { node, exposed: seen.exposed, keys: seen.keys } },
        { key: "split", values: { ways: two.card.routes.length } },
      ],
    };
  },
  restore: resetKeyWorld,
};

function exposureOf({ operations }: Theatre, node: string, from = 0): Promise<ExposureView> {
  return operations.read<ExposureView>("/ops/exposure", {
    node,
    from: Math.max(0, from - 60_000),
  });
}

function middle(nodes: readonly string[]): string | undefined {
  return nodes[Math.floor((nodes.length - 1) / 2)];
}
