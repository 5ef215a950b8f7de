import { parseEnvelope } from "../../../protocol/envelope.ts";
import { createSeedSigner } from "../../../protocol/signing.ts";
import { type Bytes, equalBytes } from "../../../shared/bytes.ts";
import { fromHex } from "../../../shared/hex.ts";
import type { AgentContext } from "../agent-duty.ts";
import { AgentError } from "../agent-error.ts";
import type { AttackResult } from "../agent-states.ts";
import type { Wire } from "../wire.ts";
import { type Forgery, forgeEnvelope } from "./forge-envelopes.ts";

const patienceMs = 8_000;
const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/**
 * Puts forged breaker orders on the wire, in the name of the peer that gave the real one, and watches what this
 * control centre makes of them.
 * @param order message id (hex) of a real order of the peer in this conversation.
 * @throws AgentError "grid.order-not-on-wire", "agent.*"
 */
export async function attackOrders(
  agent: Pick<AgentContext, "onRefused">,
  wire: Wire,
  real: { readonly conversation: string; readonly order: string },
  methods: readonly Forgery[],
): Promise<readonly AttackResult[]> {
  const { conversation, order } = real;
  const caught = (await wire.newest(conversation))
    .filter(({ kind }) => kind === "envelope")
    .map(({ bytes }) => parseEnvelope(bytes))
    .find(({ fields }) => equalBytes(fields.messageId, fromHex(order)));
  if (caught === undefined)
    throw new AgentError("grid.order-not-on-wire", "the order is not among the newest entries of the relay");
  const signer = await createSeedSigner(random(32));
  const results: AttackResult[] = [];
  for (const method of methods) {
    const envelope = await forgeEnvelope(method, caught, { signer, random });
    results.push({
      method,
      ...(await watchRefusal(agent, conversation, () => wire.put(conversation, envelope))),
    });
  }
  return results;
}

async function watchRefusal(
  { onRefused }: Pick<AgentContext, "onRefused">,
  conversation: string,
  put: () => Promise<number>,
): Promise<Omit<AttackResult, "method">> {
  const begun = performance.now();
  const seen = new Map<number, { code: string; at: number }>();
  let wake = (): void => undefined;
  const leave = onRefused((entry) => {
    if (entry.conversation !== conversation) return;
    seen.set(entry.seq, { code: entry.code, at: performance.now() });
    wake();
  });
  try {
    const seq = await put();
    const deadline = begun + patienceMs;
    while (!seen.has(seq) && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const refusal = seen.get(seq);
    return { refused: refusal?.code ?? null, milliseconds: (refusal?.at ?? performance.now()) - begun };
  } finally {
    leave();
  }
}
