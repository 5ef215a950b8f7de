/** Short-lived tokens (60 s) that say who the person is: to the own site's gateway and to the relay. */
export interface IdentitySource {
  /**
   * @param audience "relay" or "gateway:<site>".
   * @throws MessengerError "identity.signed-out" (nobody is signed in), "identity.unavailable" (try again).
   */
  token(audience: string): Promise<string>;
}
