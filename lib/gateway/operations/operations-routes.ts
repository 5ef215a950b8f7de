import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { DeviceView, SpaceView, TopologyView, VerifyView } from "../../keys/api-types.ts";
import type { SimulatedLinkNetwork } from "../../keys/links/link-network-types.ts";
import type { KeyWorldViews } from "../../keys/views/world-views.ts";
import { toHex } from "../../shared/hex.ts";
import type { Administration } from "../administration/administration.ts";
import { installAdministrationRoutes } from "../administration/administration-routes.ts";
import type { Approvals } from "../enrolment/approvals.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import { GatewayError } from "../gateway-error.ts";
import type { Gateways } from "../gateways.ts";
import type { CommandDesk } from "./command-desk.ts";
import { requireReader } from "./operations-access.ts";
import { parseQuery } from "./parse-query.ts";
import type { StageDesk } from "./stage-desk.ts";

export interface OperationsOptions {
  readonly gateways: Gateways;
  readonly views: KeyWorldViews;
  readonly links: Pick<SimulatedLinkNetwork, "statuses" | "alarms">;
  readonly space: () => SpaceView;
  readonly topology: TopologyView;
  readonly commands: CommandDesk;
  readonly administration: Administration;
  readonly stage: StageDesk;
}

const mostBuckets = 2000;
const time = z.coerce.number().int().min(0).max(8.64e15);
const site = z.string().min(1).max(64);
const limit = z.coerce.number().int().min(1).max(500).default(100);

const consumptionQuery = z
  .object({
    from: time,
    to: time,
    bucketMs: z.coerce.number().int().min(1000),
    by: z.enum(["pair", "site", "purpose", "suite", "level"]).default("pair"),
  })
  .refine((range) => range.to > range.from && (range.to - range.from) / range.bucketMs <= mostBuckets);
const pairQuery = z.object({ a: site, b: site });
const verifyQuery = z.object({ site: site.optional() });
const entriesQuery = z.object({
  site,
  after: z.coerce.number().int().min(-1).optional(),
  limit,
  kind: z.string().max(64).optional(),
});
const exportQuery = z.object({ format: z.enum(["jsonl", "csv"]), site: site.optional() });
const nodes = z.array(site).min(1).max(64);
const exposureQuery = z.object({
  node: z.union([nodes, site.transform((one) => [one])]),
  from: time.default(0),
  to: time.default(8.64e15),
});
const sae = z.string().min(1).max(256);
const statusQuery = z.object({ master: sae, slave: sae });
const keysQuery = z.object({ after: z.uuid().optional(), limit });

/** Reads of the key world for people with a role, and the one way in for commands. */
export function installOperationsRoutes(server: FastifyInstance, options: OperationsOptions): void {
  const { gateways, views, links, space, topology, commands, stage } = options;
  const read = <Answer>(path: string, answer: (query: unknown) => Answer | Promise<Answer>) =>
    server.get(path, async (request) => {
      await requireReader(request, gateways);
      return answer(request.query);
    });
  read("/ops/topology", () => topology);
  read("/ops/overview", () => views.overview());
  read("/ops/links", () => links.statuses());
  read("/ops/space", () => space());
  read("/ops/stage", () => stage.view());
  read("/ops/alarms", () => links.alarms());
  read("/ops/consumption", (query) => views.consumption(parseQuery(consumptionQuery, query)));
  read("/ops/pair", (query) => {
    const { a, b } = parseQuery(pairQuery, query);
    return views.pair(a, b);
  });
  read("/ops/pools", () => views.pools());
  installAdministrationRoutes(read, options.administration);
  read("/ops/ledger/balances", () => views.balances());
  read("/ops/ledger/chains", () => views.chains());
  const verify = oncePerQuestion((of: string | undefined) => views.verify(of));
  read("/ops/ledger/verify", (query) => verify(parseQuery(verifyQuery, query).site));
  read("/ops/ledger/entries", (query) => views.entries(withoutUndefined(parseQuery(entriesQuery, query))));
  server.get("/ops/ledger/export", async (request, reply) => {
    await requireReader(request, gateways);
    const { format, site: only } = parseQuery(exportQuery, request.query);
    return reply
      .type(format === "csv" ? "text/csv; charset=utf-8" : "application/jsonl")
      .send(Readable.from(views.exportLedger(format, only)));
  });
  read("/ops/exposure", (query) => {
    const { node, from, to } = parseQuery(exposureQuery, query);
    return views.exposure({ nodes: node, from, to });
  });
  read("/ops/keys", (query) => views.keys(withoutUndefined(parseQuery(keysQuery, query))));
  read("/ops/kmes", () => views.kmes());
  read("/ops/kmes/status", (query) => {
    const { master, slave } = parseQuery(statusQuery, query);
    return views.kmeStatus(master, slave);
  });
  read("/ops/devices", () => listDevices(gateways));
  server.get<{ Params: { keyId: string } }>("/ops/keys/:keyId", async (request) => {
    await requireReader(request, gateways);
    const life = await views.keyLife(request.params.keyId);
    if (life === undefined)
      throw new GatewayError("ops.unknown-key", "There is no key of this key_ID.", { status: 404 });
    return life;
  });
  // No token here: the signature inside is what counts, and who carries the bytes does not matter.
  server.post("/ops/commands", async (request, reply) => {
    if (!(request.body instanceof Uint8Array))
      throw new GatewayError("http.media-type", "A command is application/cbor.", { status: 415 });
    await commands.execute(new Uint8Array(request.body));
    return reply.send({ ok: true });
  });
}

/** Checking every chain takes a while: who asks the same meanwhile shares the answer. */
function oncePerQuestion(
  ask: (site: string | undefined) => Promise<VerifyView>,
): (site: string | undefined) => Promise<VerifyView> {
  const running = new Map<string, Promise<VerifyView>>();
  return (of) => {
    const name = of ?? "";
    let answer = running.get(name);
    if (answer === undefined) {
      answer = ask(of).finally(() => running.delete(name));
      running.set(name, answer);
    }
    return answer;
  };
}

async function listDevices(gateways: Gateways): Promise<DeviceView[]> {
  const lists = await Promise.all(
    gateways
      .all()
      .map(async ({ devices, approvals }) => (await devices.list()).map((row) => viewOf(row, approvals))),
  );
  return lists.flat();
}

function viewOf(row: DeviceRow, approvals: Approvals): DeviceView {
  return {
    device: toHex(row.device),
    user: toHex(row.user),
    site: row.site,
    name: row.name,
    roles: row.roles,
    assurance: row.assurance === 1 ? "approved" : "open",
    state: row.state,
    enrolledAt: row.enrolledAt,
    notAfter: row.notAfter ?? null,
    label: row.label,
    lastSeen: row.lastSeen ?? null,
    keys: toHex(approvals.keysHashOf(row)),
    digits: approvals.digitsOf(row),
    byHand: approvals.byOfficer,
  };
}

/** Absent members stay absent (exactOptionalPropertyTypes). */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
