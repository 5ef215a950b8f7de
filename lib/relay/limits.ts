/** What one client may ask of the relay. Sizes in bytes, rates per second with the burst they may save up. */
export const relayLimits = {
  /** A frame of the transport: an envelope of the largest size and the words around it. */
  frame: 1024 * 1024 + 64 * 1024,
  /** Body of an HTTP request: forms of the sign-in and short questions. */
  form: 64 * 1024,
  /** Entries in one answer, together. */
  page: 2 * 1024 * 1024,
  pageEntries: 200,
  /** Sealed files. */
  attachment: 513 * 1024 * 1024,
  /** Of one user, everything that is kept. */
  attachmentsPerUser: 4 * 1024 * 1024 * 1024,
  /** Chunks in one answer. */
  attachmentChunks: 16,
  /** Milliseconds since the last chunk of an upload that never ended, and since the end of one that did. */
  attachmentUnfinished: 7 * 24 * 3_600_000,
  attachmentKept: 90 * 24 * 3_600_000,
  posts: 500,
  query: 100,
  socketsPerUser: 64,
  /** Entries waiting for their commit in this process. */
  queueEntries: 20_000,
  queueBytes: 64 * 1024 * 1024,
  sends: { perSecond: 1_000, burst: 4_000 },
  requests: { perSecond: 200, burst: 1_000 },
  /** Requests about files: each up to one chunk in, or `attachmentChunks` out. */
  attachments: { perSecond: 300, burst: 600 },
  hints: { perSecond: 10, burst: 20 },
} as const;
