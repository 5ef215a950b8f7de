/** Sizes are bytes, times milliseconds, unless a name says otherwise. */
export const protocolVersion = 1;

export const limits = {
  header: 4 * 1024,
  envelope: 1024 * 1024,
  /** A signed structure other than the site list: certificate, roster event, draw record, epoch start, … */
  signed: 128 * 1024,
  siteList: 4 * 1024 * 1024,
  channelFrame: 2 * 1024 * 1024,
  recipientDevices: 256,
  parents: 16,
  frontier: 16,
  keyIds: 16_384,
  routes: 16,
  routeSites: 256,
  sites: 1024,
  siteId: 64,
  name: 120,
  title: 200,
  url: 512,
  roles: 8,
  identityToken: 4096,
  recordHashes: 1024,
  commandArgs: 16,
  commandText: 256,
  textBody: 64 * 1024,
  /** Devices on one site's revocation list. */
  revoked: 16_384,
  /** An encoded payload: with padding, header and signature it still fits an envelope. */
  payload: 1024 * 1024 - 8 * 1024 - 1,
  inlineFile: 960 * 1024,
  /** A file by AES stream. */
  streamFile: 2 ** 40,
  /** Plaintext of one chunk of a file or a history. */
  fileChunk: 64 * 1024,
  fileName: 255,
  /** One encoded page of an exported history, and how much it may hold. */
  historyPage: 4 * 1024 * 1024,
  historyItems: 1024,
  caption: 4 * 1024,
  preview: 24 * 1024,
  drawCount: 64,
  levelMaximum: 3,
  /** Messages of one epoch: an index is below this. */
  epochMessages: 10_000,
  /** Message keys kept for envelopes that have not come yet, per epoch. */
  skippedKeys: 1_000,
  skippedKeyAge: 24 * 60 * 60 * 1000,
  /** Copies sealed in one context, and its age. */
  sealingContextCopies: 1_000,
  sealingContextAge: 10 * 60 * 1000,
  /** How far two honest clocks may differ. */
  clockSkew: 5 * 60 * 1000,
  /** From draw to expiry: a gateway takes in no record after it, and its key never comes. */
  recordLife: 7 * 24 * 60 * 60 * 1000,
  certificateLifetime: 24 * 60 * 60 * 1000,
  /** A device whose certificate lapsed while it was away stays a recipient for this long. */
  lapsedRecipient: 30 * 24 * 60 * 60 * 1000,
} as const;

export const lengths = {
  id: 16,
  hash: 64,
  ed25519Key: 32,
  ed25519Signature: 64,
  mlDsaKey: 1952,
  mlDsaSignature: 3309,
  sealingKey: 1216,
  encapsulation: 1120,
  challenge: 32,
  tag: 16,
  nonce: 12,
  noncePrefix: 7,
  key: 32,
  accessSecret: 32,
  mac: 32,
} as const;
