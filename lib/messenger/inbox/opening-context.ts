import type { Header } from "../../protocol/header.ts";
import type { HandedKey, OpeningContext } from "../../protocol/opening-checks.ts";
import { usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { CopyDesk } from "./copy-desk.ts";
import { passOn } from "./problems.ts";

/**
 * What an entry is checked against before it opens: who was a member, whose certificate, which key.
 * @throws MessengerError relay.* when the relay cannot be asked now for a certificate that is not here.
 */
export async function openingContext(
  parts: EngineParts,
  copies: CopyDesk,
  conversation: Conversation,
  claims: Pick<Header, "suite" | "senderDevice" | "drawRecordHash" | "epochId">,
): Promise<OpeningContext> {
  const { directory, self, now } = parts;
  const { roster, facts } = conversation;
  if (!roster) throw new Error("an entry came before the conversation's membership");
  const { suite, senderDevice, drawRecordHash, epochId } = claims;
  const inEpoch = usesPad(suite) ? undefined : facts.epoch(epochId)?.drawnAt;
  // Looked up once: a key that comes while certificates are asked for or signatures checked waits for the next attempt,
  // which looks for the certificate of its time.
  const handed = copies.peek(drawRecordHash);
  const drawnAt = inEpoch ?? handed?.record.value.drawnAt;
  const user = conversation.holder(senderDevice);
  if (user && !directory.covers(senderDevice, user, drawnAt ?? now()))
    await directory.devicesOf(toHex(user), drawnAt).catch(passOn);
  return {
    conversation: conversation.idBytes,
    self: self.deviceBytes,
    now: now(),
    certificates: directory.certificates,
    roster,
    handedKey: (hash: Bytes): HandedKey | undefined =>
      equalBytes(hash, drawRecordHash) ? handed : undefined,
    receiver: conversation.facts,
    sealingSeeds: parts.sealingSeeds,
    policy: parts.readingPolicy(),
    revocations: parts.revocations(),
  };
}
