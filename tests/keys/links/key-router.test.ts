import { afterEach, describe, expect, it } from "vitest";
import { createKeyRouter } from "../../../lib/keys/links/key-router.ts";
import { topologyViewOf } from "../../../lib/keys/links/topology-view.ts";
import { presetFor } from "../../../lib/quantum/parameters.ts";
import { closeLinks, readTopology, startLinks, until } from "./support/link-network-fixture.ts";

afterEach(closeLinks);

describe("routes over the pools", () => {
  it("avoid a link in alarm and take it again when the alarm is over", async () => {
    const topology = readTopology("iberia-small");
    const links = await startLinks({ topology });
    await until(links, () => links.pools().every((pool) => pool.state === "ready"));
    const router = createKeyRouter(topology, links);
    const request = { from: "pt-lis-gns", to: "pt-lis-mne", bytes: 64 };
    expect(router.route(request)?.sites).toEqual(["pt-lis-gns", "pt-lis-mne"]);
    links.setAttack("pt-lis-gns~pt-lis-mne", { model: "intercept-resend", fraction: 1 });
    await until(links, () => links.pool("pt-lis-gns~pt-lis-mne").condition === "alarm");
    expect(router.route(request)?.links).toHaveLength(2);
    links.resetAll();
    await until(links, () => links.pool("pt-lis-gns~pt-lis-mne").usable);
    expect(router.route(request)?.links).toHaveLength(1);
  });
});

describe("the view of the network", () => {
  it("lists every link of the file and the virtual ones, and tells which make key", () => {
    const view = topologyViewOf(readTopology("nine"), presetFor);
    expect(view.links).toHaveLength(369 + 6);
    expect(view.links.filter((link) => link.active)).toHaveLength(365);
    expect(new Set(view.links.map((link) => link.id)).size).toBe(375);
    expect(() => JSON.stringify(view)).not.toThrow();
  });
});
