import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import type { DrawRecord } from "./draw-record.ts";
import type { EpochSealed } from "./epoch-start.ts";
import { frame } from "./frame.ts";
import { createHpkeRecipient, createHpkeSender } from "./hpke.ts";
import { framedLabel, labels } from "./labels.ts";
import { ProtocolError } from "./protocol-error.ts";

/** What a sealed secret is bound to, besides its recipient: it opens in no other epoch. */
export interface HybridBinding {
  readonly epochId: Bytes;
  readonly recordHash: Bytes;
  readonly record: DrawRecord;
}

/** The sealing key of a device's newest certificate, or undefined when none is known. */
export type SealingKeyOf = (device: Bytes) => Bytes | undefined;

/**
 * Seals the epoch's secret s by HPKE mode_base with X-Wing to every recipient of the draw record, in its order.
 * `ekmOf` fixes the encapsulations, for test vectors only.
 * @throws ProtocolError certificate.unknown when a recipient's sealing key is not known
 */
export async function sealHybridSecret(
  secret: SecretBytes,
  binding: HybridBinding,
  sealingKeyOf: SealingKeyOf,
  ekmOf?: (device: Bytes) => Bytes,
): Promise<readonly EpochSealed[]> {
  const sealed: EpochSealed[] = [];
  for (const { device } of binding.record.recipients) {
    const key = sealingKeyOf(device);
    if (key === undefined)
      throw new ProtocolError("certificate.unknown", "a recipient's device certificate is not known here", {
        nextStep: "Connect, so that it can be fetched.",
      });
    const sender = await createHpkeSender(key, info(binding, device), undefined, ekmOf?.(device));
    sealed.push({ device, encapsulation: sender.enc, sealed: await sender.seal(secret.reveal()) });
  }
  return sealed;
}

/**
 * s as sealed to this device; each seed is tried, the current sealing key's first.
 * @throws ProtocolError epoch.sealed-open
 */
export async function openHybridSecret(
  sealed: EpochSealed,
  binding: HybridBinding,
  sealingSeeds: readonly SecretBytes[],
): Promise<SecretBytes> {
  for (const seed of sealingSeeds) {
    const opened = await tryOpen(sealed, binding, seed);
    if (opened !== undefined) return opened;
  }
  throw new ProtocolError(
    "epoch.sealed-open",
    "the end-to-end part of the key does not open on this device",
    {
      nextStep: "Ask the sender to send it again.",
    },
  );
}

async function tryOpen(
  sealed: EpochSealed,
  binding: HybridBinding,
  seed: SecretBytes,
): Promise<SecretBytes | undefined> {
  try {
    const recipient = await createHpkeRecipient(seed, sealed.encapsulation, info(binding, sealed.device));
    return SecretBytes.own(await recipient.open(sealed.sealed));
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "hpke.open") return undefined;
    throw error;
  }
}

/** frame(label) ‖ frame(conversation, sender device, recipient device, epoch id, roster head, draw record hash). */
function info({ epochId, recordHash, record }: HybridBinding, device: Bytes): Bytes {
  const { conversation, drawingDevice, rosterHead } = record;
  return concatBytes(
    framedLabel(labels.hybrid),
    frame(conversation, drawingDevice, device, epochId, rosterHead, recordHash),
  );
}
