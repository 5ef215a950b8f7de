/** How far an own message has come: persons, not devices. `of`: those it was encrypted for. */
export interface ReachView {
  readonly of: number;
  readonly delivered: number;
  readonly read: number;
}

/** One person that an own message was encrypted for. */
export interface RecipientView {
  readonly user: string;
  readonly name: string;
  readonly state: "sent" | "delivered" | "read";
}

/** Who has a message, by receipts that the receivers' devices signed. */
export interface DeliveryApi {
  /** Empty until an own message has its key. Members who came later are not among them. */
  recipients(message: string): Promise<readonly RecipientView[]>;
  /**
   * Asks the sender's device for a message whose key was lost or expired. It answers by itself, three times at most; the
   * message then takes its place.
   * @throws "resend.not-needed" where another key would not help, "relay.offline"
   */
  askAgain(message: string): Promise<void>;
}
