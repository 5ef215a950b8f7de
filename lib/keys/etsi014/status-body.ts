import { keyLimits } from "../kme/key-limits.ts";
import type { Kme } from "../kme/kme.ts";
import type { StatusBody } from "./schemas.ts";

/**
 * What a KME answers of the keys between `master`, one of its SAEs, and `slave` (ETSI GS QKD 014 §6.1). Sizes in bits.
 * @throws KeyNotAuthorisedError for a master of another KME, KeyRequestError for an unknown slave or the master itself.
 */
export function statusBody(kme: Kme, master: string, slave: string): StatusBody {
  const { sourceKme, targetKme, storedKeyCount } = kme.status(master, slave);
  return {
    source_KME_ID: sourceKme,
    target_KME_ID: targetKme,
    master_SAE_ID: master,
    slave_SAE_ID: slave,
    key_size: keyLimits.keySize,
    stored_key_count: storedKeyCount,
    max_key_count: keyLimits.maxKeyCount,
    max_key_per_request: keyLimits.maxKeyPerRequest,
    max_key_size: keyLimits.maxKeySize,
    min_key_size: keyLimits.minKeySize,
    max_SAE_ID_count: keyLimits.maxSaeIdCount,
  };
}
