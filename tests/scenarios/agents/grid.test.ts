import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ParsedEnvelope,
  parseEnvelope,
  signEnvelope,
  verifyEnvelope,
} from "../../../lib/protocol/envelope.ts";
import { encodeHeader, type Header } from "../../../lib/protocol/header.ts";
import { createSeedSigner } from "../../../lib/protocol/signing.ts";
import { forgeEnvelope } from "../../../lib/scenarios/agents/grid/forge-envelopes.ts";
import { gridOptionsSchema } from "../../../lib/scenarios/agents/grid/grid-options.ts";
import { GridRecord } from "../../../lib/scenarios/agents/grid/grid-record.ts";
import type { Bytes } from "../../../lib/shared/bytes.ts";

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

describe("a control centre's record", () => {
  let folder: string;
  const open = { from: "peer", reference: "1", action: "open" };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vernam-grid-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("carries an order out once, and says the same after a restart", async () => {
    const record = await GridRecord.open(folder);
    expect(record.breaker).toBe("closed");
    expect(await record.decide(open, true, 1)).toEqual({ outcome: "done", fresh: true });
    expect(await record.decide(open, true, 2)).toEqual({ outcome: "done", fresh: false });
    await record.decide({ ...open, reference: "2", action: "close" }, true, 3);
    const again = await GridRecord.open(folder);
    expect(again).toMatchObject({ breaker: "closed", executed: 2, tooLate: 0 });
    // The first order comes again, late and after the second: it is answered and not carried out.
    expect(await again.decide(open, true, 4)).toEqual({ outcome: "done", fresh: false });
    expect(again.breaker).toBe("closed");
  });

  it("refuses what comes too late or says nothing known, and moves nothing; another sender's number is another order", async () => {
    const record = await GridRecord.open(folder);
    expect((await record.decide(open, false, 1)).outcome).toBe("refused");
    expect((await record.decide(open, true, 2)).outcome).toBe("refused");
    expect((await record.decide({ ...open, reference: "2", action: "dance" }, true, 3)).outcome).toBe(
      "refused",
    );
    expect(record).toMatchObject({ breaker: "closed", executed: 0, tooLate: 2 });
    expect((await record.decide({ ...open, from: "other" }, true, 4)).outcome).toBe("done");
    expect(record.breaker).toBe("open");
  });

  it("remembers that it was started, in this run of the deployment only", async () => {
    const options = gridOptionsSchema.parse({ intervalMs: 300 });
    await (await GridRecord.open(folder)).started("this", options);
    const record = await GridRecord.open(folder);
    expect(record.runningIn("this")).toEqual(options);
    expect(record.runningIn("next")).toBeUndefined();
    await record.stopped();
    expect((await GridRecord.open(folder)).runningIn("this")).toBeUndefined();
  });
});

describe("an attacker's envelopes", () => {
  const header: Header = {
    suite: 1,
    conversation: random(16),
    messageId: random(16),
    senderDevice: random(16),
    sequence: 4,
    parents: [random(64)],
    rosterHead: random(64),
    level: 0,
    drawRecordHash: random(64),
    epochId: new Uint8Array(0),
    index: 0,
    sentAt: 1,
    paddedLength: 64,
    resends: new Uint8Array(0),
  };

  async function caught(): Promise<{ envelope: ParsedEnvelope; key: Bytes }> {
    const signer = await createSeedSigner(random(32));
    const bytes = await signEnvelope(encodeHeader(header), random(64), random(16), signer);
    return { envelope: parseEnvelope(bytes), key: signer.ed25519PublicKey };
  }

  it("are well-formed, so that not their shape but their proof is what fails", async () => {
    const { envelope, key } = await caught();
    await verifyEnvelope(envelope, key);
    const attacker = { signer: await createSeedSigner(random(32)), random };
    const [altered, replayed, unsigned] = await Promise.all(
      (["altered", "replayed", "unsigned"] as const).map(async (method) =>
        parseEnvelope(await forgeEnvelope(method, envelope, attacker)),
      ),
    );
    expect(replayed!.bytes).toEqual(envelope.bytes);
    await verifyEnvelope(replayed!, key);
    expect(altered!.fields).toEqual(header);
    const differing = altered!.ciphertext.filter((byte, i) => byte !== envelope.ciphertext[i]);
    expect(differing).toHaveLength(1);
    await expect(verifyEnvelope(altered!, key)).rejects.toMatchObject({ code: "envelope.signature" });
    expect(unsigned!.fields).toMatchObject({ sequence: 5, senderDevice: header.senderDevice });
    await expect(verifyEnvelope(unsigned!, key)).rejects.toMatchObject({ code: "envelope.signature" });
  });
});
