import { readProblem } from "@/lib/ui/operations/operations-client.ts";

/** Commands about roles go by the web process, which keeps accounts: it hands them on and does what they say after. */
export const roleCarrier = {
  /** @throws OperationsProblem */
  async command(signed: Uint8Array<ArrayBuffer>): Promise<void> {
    const answer = await fetch("/api/roles", {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body: signed,
    });
    if (!answer.ok) throw await readProblem(answer);
  },
};
