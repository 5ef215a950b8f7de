/** What every KME of this network tells in its status (ETSI GS QKD 014 §6.1). Sizes in bits. */
export const keyLimits = {
  /** Size when a request names none. */
  keySize: 256,
  minKeySize: 64,
  /** 256 KiB: a pad for a padded 64 KiB text and its 32-byte tag key, with room. */
  maxKeySize: 2_097_152,
  maxKeyPerRequest: 128,
  /** Keys of default size that may count as stored for one slave. */
  maxKeyCount: 100_000,
  /** Slaves beside the first that one request may name. */
  maxSaeIdCount: 62,
  /** Routes without a common node that one request may have its shares on. */
  maxDisjoint: 4,
  /** How long a key waits for its recipients when nothing shorter is asked: seven days, ms. */
  waitMs: 7 * 24 * 3_600_000,
} as const;
