/** One's own history as an encrypted file. Keys and used pads are never part of it. */
export interface HistoryApi {
  /** @throws "history.passphrase" when it has fewer than twelve characters */
  exportHistory(passphrase: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Takes over the messages of conversations that this device knows as a member; `skipped` are of others.
   * @throws "history.open", "history.truncated", "history.other-user"
   */
  importHistory(
    bytes: Uint8Array<ArrayBuffer>,
    passphrase: string,
  ): Promise<{ readonly messages: number; readonly skipped: number }>;
}
