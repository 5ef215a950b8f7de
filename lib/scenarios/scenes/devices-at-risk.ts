import type { DeviceView } from "../../keys/api-types.ts";
import type { DeskPair, Theatre } from "./theatre.ts";

/** Devices of a conversation, and those whose access secret once crossed the network. */
export async function devicesAtRisk(
  { operations }: Pick<Theatre, "operations">,
  { alice, bob }: DeskPair,
): Promise<{ readonly all: readonly DeviceView[]; readonly falling: readonly DeviceView[] }> {
  const devices = await operations.read<readonly DeviceView[]>("/ops/devices");
  const all = devices.filter(
    ({ user, state }) => state === "certified" && (user === alice.user || user === bob.user),
  );
  return { all, falling: all.filter(({ byHand, assurance }) => !byHand || assurance !== "approved") };
}
