import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CustodyMessage, RefusalMessage, ReleaseMessage } from "../../../lib/protocol/vault-message.ts";
import { applyAnswer } from "../../../lib/scenarios/vault/apply-answer.ts";
import type { GenerationRecord, VaultRecord } from "../../../lib/scenarios/vault/vault-record.ts";
import { fromHex } from "../../../lib/shared/hex.ts";

const vault = "01".repeat(16);
const nonce = "02".repeat(16);
const places = ["rome", "madrid", "paris"];

function generation(number: number): GenerationRecord {
  const shares = places.map((conversation, i) => ({
    index: i + 1,
    custodian: { user: conversation, name: conversation, site: conversation },
    conversation,
    message: `${number}/${conversation}`,
    bits: 8_448,
    state: "sent" as const,
    code: null,
  }));
  return { generation: number, threshold: 2, total: 3, ownerKey: "", shares };
}

const record: VaultRecord = {
  version: 1,
  vault,
  title: "plan.txt",
  size: 10,
  level: 0,
  storedAt: 1,
  consenter: null,
  current: generation(2),
  former: [generation(1)],
  restore: {
    purpose: "open",
    reason: "",
    request: "",
    nonce,
    expiry: 2,
    consent: null,
    answers: [1, 2, 3].map((index) => ({ index, message: "", answer: null, state: "asked", code: null })),
  },
};

const custody = (generation: number, state: "stored" | "erased"): CustodyMessage => ({
  kind: "custody",
  vault: fromHex(vault),
  generation,
  state,
});
const release: ReleaseMessage = { kind: "release", share: new Uint8Array(1), nonce: fromHex(nonce) };
const refusal = (generation: number, code: string): RefusalMessage => ({
  kind: "refusal",
  vault: fromHex(vault),
  generation,
  code,
});
const from = (conversation: string) => ({ conversation, message: `from ${conversation}` });

const answer = fc.oneof(
  fc.record({ generation: fc.integer({ min: 1, max: 2 }) }).map((one) => custody(one.generation, "stored")),
  fc.record({ generation: fc.integer({ min: 1, max: 2 }) }).map((one) => custody(one.generation, "erased")),
  fc.constant(release),
  fc
    .record({ generation: fc.integer({ min: 1, max: 2 }) })
    .map((one) => refusal(one.generation, "vault.full")),
);

describe("a custodian's answer", () => {
  it("told twice is told once, whatever came before", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...places), answer), { maxLength: 12 }),
        fc.constantFrom(...places),
        answer.filter((one) => one.kind !== "refusal"),
        (before, place, last) => {
          const now = before.reduce((known, [at, one]) => applyAnswer(known, from(at), one), record);
          const once = applyAnswer(now, from(place), last);
          expect(applyAnswer(once, from(place), last)).toEqual(once);
        },
      ),
    );
  });

  it("changes nothing but what its own custodian has", () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), answer, (place, one) => {
        const next = applyAnswer(record, from(place), one);
        const others = ({ shares }: GenerationRecord) =>
          shares.filter(({ conversation }) => conversation !== place);
        expect(others(next.current)).toEqual(others(record.current));
        expect(next.former.map(others)).toEqual(record.former.map(others));
      }),
    );
  });

  it("about another document, another request or from somebody else changes nothing", () => {
    const elsewhere = { ...custody(2, "stored"), vault: new Uint8Array(16) };
    expect(applyAnswer(record, from("rome"), elsewhere)).toEqual(record);
    expect(applyAnswer(record, from("rome"), { ...release, nonce: new Uint8Array(16) })).toEqual(record);
    expect(applyAnswer(record, from("berlin"), custody(2, "stored"))).toEqual(record);
    expect(applyAnswer(record, from("berlin"), release)).toEqual(record);
  });

  it("that erases a generation never erases a later one", () => {
    const next = applyAnswer(record, from("rome"), custody(1, "erased"));
    expect(next.former[0]?.shares[0]?.state).toBe("erased");
    expect(next.current.shares[0]?.state).toBe("sent");
  });

  it("that there is nothing counts as erased only where erasing was asked for", () => {
    const asked: VaultRecord = {
      ...record,
      former: [
        { ...generation(1), shares: generation(1).shares.map((share) => ({ ...share, state: "erasing" })) },
      ],
    };
    const told = applyAnswer(asked, from("rome"), refusal(1, "vault.unknown"));
    expect(told.former[0]?.shares[0]?.state).toBe("erased");
    expect(applyAnswer(record, from("rome"), refusal(1, "vault.unknown")).former[0]?.shares[0]).toMatchObject(
      {
        state: "refused",
        code: "vault.unknown",
      },
    );
  });
});
