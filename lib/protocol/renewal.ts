import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { frame } from "./frame.ts";
import { framedLabel, labels } from "./labels.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type DualSigner, verifyMlDsa65 } from "./signing.ts";

/**
 * Proof that comes with a new sealing key: ML-DSA-65 over frame("vernam/1 renew") ‖ frame(device) ‖
 * frame(sealing key). The channel's opening has proved the Ed25519 key already.
 */
export function proveRenewal(device: Bytes, sealingKey: Bytes, signer: DualSigner): Promise<Bytes> {
  return signer.signMlDsa(renewalMessage(device, sealingKey));
}

/** @throws ProtocolError renew.proof */
export async function checkRenewal(
  device: Bytes,
  mlDsaKey: Bytes,
  sealingKey: Bytes,
  proof: Bytes,
): Promise<void> {
  if (!(await verifyMlDsa65(mlDsaKey, renewalMessage(device, sealingKey), proof)))
    throw new ProtocolError("renew.proof", "a certificate renewal is not signed by its device");
}

function renewalMessage(device: Bytes, sealingKey: Bytes): Bytes {
  return concatBytes(framedLabel(labels.renew), frame(device, sealingKey));
}
