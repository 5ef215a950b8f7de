/** What a person says of themselves: "hidden" shows nothing, and shows them nobody. */
export type PresenceState = "online" | "away" | "hidden";

export interface PresenceView {
  readonly user: string;
  readonly state: "online" | "away";
}

/** Who is there now. The relay says it, nobody signs it: a hint, for members of the conversation only. */
export interface PresenceApi {
  /** Told again at every connection; hidden until it is called. */
  setPresence(state: PresenceState): Promise<void>;
  /** The other members that are there; none while this person hides, or the relay is away. */
  presence(conversation: string): Promise<readonly PresenceView[]>;
}
