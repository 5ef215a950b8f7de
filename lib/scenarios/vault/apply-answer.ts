import type { CustodyMessage, RefusalMessage, ReleaseMessage } from "../../protocol/vault-message.ts";
import { toHex } from "../../shared/hex.ts";
import type { AnswerRecord, GenerationRecord, ShareRecord, VaultRecord } from "./vault-record.ts";

/** Where an answer came from: the conversation says which custodian it is. */
export interface AnswerSource {
  readonly conversation: string;
  /** The message that holds it. */
  readonly message: string;
}

/** What a custodian's answer changes in what the owner knows; the same record when it is not about it. */
export function applyAnswer(
  record: VaultRecord,
  from: AnswerSource,
  answer: CustodyMessage | RefusalMessage | ReleaseMessage,
): VaultRecord {
  if (answer.kind === "release") return released(record, from, toHex(answer.nonce));
  if (toHex(answer.vault) !== record.vault) return record;
  if (answer.kind === "refusal") return refused(record, from, answer);
  if (answer.state === "stored")
    return changeShares(record, answer.generation, from, (share) =>
      share.state === "sent" || share.state === "refused" ? { ...share, state: "stored", code: null } : share,
    );
  const upTo = [record.current, ...record.former].filter(({ generation }) => generation <= answer.generation);
  return upTo.reduce<VaultRecord>(
    (now, { generation }) =>
      changeShares(now, generation, from, (share) => ({ ...share, state: "erased", code: null })),
    record,
  );
}

function released(record: VaultRecord, from: AnswerSource, nonce: string): VaultRecord {
  if (record.restore?.nonce !== nonce) return record;
  return changeAnswer(record, from, (answer) =>
    answer.state === "returned" ? answer : { ...answer, state: "returned", answer: from.message, code: null },
  );
}

/** The second person said no; or it is about the share of its generation that is on its way, else about what was asked of it. */
function refused(record: VaultRecord, from: AnswerSource, { generation, code }: RefusalMessage): VaultRecord {
  const { restore } = record;
  if (restore?.consent?.conversation === from.conversation)
    return restore.consent.state === "asked"
      ? { ...record, restore: { ...restore, consent: { ...restore.consent, state: "declined" } } }
      : record;
  const share = shareAt(record, generation, from);
  // Who never had it has nothing to erase.
  if (share?.state === "erasing" && code === "vault.unknown")
    return changeShares(record, generation, from, (one) => ({ ...one, state: "erased", code: null }));
  if (share?.state === "sent" || share?.state === "erasing") {
    const state = share.state === "sent" ? "refused" : "kept";
    return changeShares(record, generation, from, (one) => ({ ...one, state, code }));
  }
  return changeAnswer(record, from, (answer) =>
    answer.state === "asked" ? { ...answer, state: "refused", code } : answer,
  );
}

function shareAt({ current, former }: VaultRecord, generation: number, { conversation }: AnswerSource) {
  return [current, ...former]
    .find((one) => one.generation === generation)
    ?.shares.find((one) => one.conversation === conversation);
}

function changeShares(
  record: VaultRecord,
  generation: number,
  { conversation }: AnswerSource,
  change: (share: ShareRecord) => ShareRecord,
): VaultRecord {
  const within = (one: GenerationRecord): GenerationRecord =>
    one.generation === generation
      ? {
          ...one,
          shares: one.shares.map((share) => (share.conversation === conversation ? change(share) : share)),
        }
      : one;
  return { ...record, current: within(record.current), former: record.former.map(within) };
}

function changeAnswer(
  record: VaultRecord,
  { conversation }: AnswerSource,
  change: (answer: AnswerRecord) => AnswerRecord,
): VaultRecord {
  const { restore, current } = record;
  const index = current.shares.find((share) => share.conversation === conversation)?.index;
  if (!restore || index === undefined) return record;
  const answers = restore.answers.map((answer) => (answer.index === index ? change(answer) : answer));
  return { ...record, restore: { ...restore, answers } };
}
