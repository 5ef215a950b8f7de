import type { LevelChoice, SuiteName } from "../../messenger/messenger-api.ts";

/** The two plain controls that name a suite: the cipher, and whether a post-quantum secret is added. */
export interface SuiteParts {
  readonly cipher: "OTP" | "AES";
  readonly postQuantum: boolean;
}

export function partsOf(suite: SuiteName): SuiteParts {
  return {
    cipher: suite === "OTP" || suite === "OTP_HYBRID" ? "OTP" : "AES",
    postQuantum: suite === "HYBRID" || suite === "OTP_HYBRID",
  };
}

export function suiteOf({ cipher, postQuantum }: SuiteParts): SuiteName {
  if (cipher === "OTP") return postQuantum ? "OTP_HYBRID" : "OTP";
  return postQuantum ? "HYBRID" : "AES";
}

/** The suite that is really meant: the chosen one where the level offers it, else what the level is set to. */
export function suiteInForce(chosen: SuiteName | null, choice: LevelChoice | undefined): SuiteName {
  if (choice === undefined) return chosen ?? "OTP_HYBRID";
  return chosen !== null && choice.offered.includes(chosen) ? chosen : choice.preset;
}

/** The offered suite with this cipher, with the post-quantum part as it was where that is offered; null: none. */
export function withCipher(
  cipher: SuiteParts["cipher"],
  now: SuiteName,
  offered: readonly SuiteName[],
): SuiteName | null {
  const { postQuantum } = partsOf(now);
  const wanted = [suiteOf({ cipher, postQuantum }), suiteOf({ cipher, postQuantum: !postQuantum })];
  return wanted.find((suite) => offered.includes(suite)) ?? null;
}

/** The suite of the other post-quantum choice under the same cipher; null where the level does not offer it. */
export function otherPostQuantum(now: SuiteName, offered: readonly SuiteName[]): SuiteName | null {
  const { cipher, postQuantum } = partsOf(now);
  const other = suiteOf({ cipher, postQuantum: !postQuantum });
  return offered.includes(other) ? other : null;
}

/** Suites that may carry a message that waits for key, the stronger first: those that need no pad of its length. */
export function otherSuites(now: SuiteName, offered: readonly SuiteName[]): readonly SuiteName[] {
  const thrift: readonly SuiteName[] = ["HYBRID", "AES"];
  return thrift.filter((suite) => suite !== now && offered.includes(suite));
}
