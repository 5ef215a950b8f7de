/** What one client may ask of the relay. Sizes in bytes, rates per second with the burst they may save up. */
export const relayLimits = {
  /** A frame of the transport: an envelope of the largest size and the words around it. */
  frame: 1024 * 1024 + 64 * 1024,
  /** Body of an HTTP request: forms of the sign-in and short questions. */
  form: 64 * 1024,
  /** Entries in one answer, together. */
  page: 2 * 1024 * 1024,
  pageEntries: 200,
  posts: 500,
  query: 100,
  socketsPerUser: 64,
  /** Entries waiting for their commit in this process. */
  queueEntries: 20_000,
  queueBytes: 64 * 1024 * 1024,
  sends: { perSecond: 1_000, burst: 4_000 },
  requests: { perSecond: 200, burst: 1_000 },
  hints: { perSecond: 10, burst: 20 },
} as const;
