import { describe, expect, it } from "vitest";
import { agentsAt } from "../../app/admin/consumption/agents-at.ts";

const device = (site: string, name: string, roles = ["user", "agent"], state = "certified") =>
  ({ site, name, roles, state }) as Parameters<typeof agentsAt>[0][number];

const devices = [
  device("a", "Grid control centre, Lisbon"),
  device("a", "Vault custodian, Lisbon"),
  device("a", "Duty officer, Lisbon", ["user"]),
  device("a", "Central bank, Lisbon", ["user", "agent"], "revoked"),
  device("b", "Grid control centre, Madrid"),
  device("b", "Central bank, Madrid"),
];

describe("agents as consumers of key", () => {
  it("are named at their site, people and revoked devices are not", () => {
    expect(agentsAt(devices, ["a"])).toEqual(["Grid control centre, Lisbon", "Vault custodian, Lisbon"]);
    expect(agentsAt(devices, ["c"])).toEqual([]);
    expect(agentsAt(devices, [])).toEqual([]);
  });

  it("are named at a pair when their kind works at both ends", () => {
    expect(agentsAt(devices, ["a", "b"])).toEqual([
      "Grid control centre, Lisbon",
      "Grid control centre, Madrid",
    ]);
    expect(agentsAt(devices, ["a", "c"])).toEqual([]);
  });
});
