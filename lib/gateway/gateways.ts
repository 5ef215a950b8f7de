import { join } from "node:path";
import type { KeyProvider } from "../keys/key-provider.ts";
import type { Role } from "../protocol/device-certificate.ts";
import type { Parsed } from "../protocol/signed.ts";
import type { DualSigner } from "../protocol/signing.ts";
import type { SiteList } from "../protocol/site-list.ts";
import type { CommitQueue } from "../shared/database/commit-queue.ts";
import type { Database } from "../shared/database/database.ts";
import { toHex } from "../shared/hex.ts";
import { PolicyBook } from "./administration/policy-book.ts";
import type { DrawUse } from "./draws/describe-draw.ts";
import { InProcessTransport } from "./draws/peer-transport.ts";
import { AccessCards } from "./enrolment/access-cards.ts";
import type { DeviceRow } from "./enrolment/device-row.ts";
import { createIdentityVerifier } from "./enrolment/identity-token.ts";
import { createRoleFile, demonstrationRoles, type RoleSource } from "./enrolment/role-source.ts";
import { StandingApprovals } from "./enrolment/standing-approvals.ts";
import { type MlDsaWorker, startMlDsaWorker } from "./site/ml-dsa-worker.ts";
import { loadNetworkRoot, loadSiteKeys } from "./site/site-keys.ts";
import { publishSiteList } from "./site/site-list-publication.ts";
import { type GatewayEvent, SiteGateway } from "./site-gateway.ts";
import { createGatewayWrites } from "./store/gateway-writes.ts";
import { startGatewayHousekeeping } from "./store/keep-house.ts";

export interface GatewaysOptions {
  /** The deployment's data folder: keys go to qkdn/gateways, the web process's public key is in public. */
  readonly dataFolder: string;
  readonly network: string;
  /** End-point sites of this process. */
  readonly sites: readonly { readonly id: string; readonly name: string; readonly country: string }[];
  /** Where browsers reach the gateways. */
  readonly origin: string;
  readonly demonstration: boolean;
  /** Whether the site's officer approves each device and carries its access secret to it by hand. */
  readonly approvesEach: (site: string) => boolean;
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly providerFor: (site: string) => KeyProvider;
  readonly saeOf: (site: string) => string;
  /** Durable before it resolves. */
  readonly record: (
    site: string,
    event: GatewayEvent,
    detail: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** `conversation` is an HMAC under a key of the site, hex. */
  readonly onUse: (use: Omit<DrawUse, "conversation"> & { readonly conversation: string }) => void;
  readonly log: (error: unknown) => void;
  readonly now: () => number;
}

/** The site gateways of one process. */
export class Gateways {
  readonly root: DualSigner;
  readonly siteList: Parsed<SiteList>;
  readonly identities: ReturnType<typeof createIdentityVerifier>;
  readonly policies: PolicyBook;
  readonly #roles: RoleSource;
  readonly #gateways: ReadonlyMap<string, SiteGateway>;
  readonly #worker: MlDsaWorker;
  readonly #endHousekeeping: () => void;

  private constructor(parts: {
    root: DualSigner;
    siteList: Parsed<SiteList>;
    identities: ReturnType<typeof createIdentityVerifier>;
    policies: PolicyBook;
    roles: RoleSource;
    gateways: ReadonlyMap<string, SiteGateway>;
    worker: MlDsaWorker;
    endHousekeeping: () => void;
  }) {
    this.root = parts.root;
    this.siteList = parts.siteList;
    this.identities = parts.identities;
    this.policies = parts.policies;
    this.#roles = parts.roles;
    this.#gateways = parts.gateways;
    this.#worker = parts.worker;
    this.#endHousekeeping = parts.endHousekeeping;
  }

  /** Makes or loads every site's keys, signs the site list, and takes up what earlier starts left. */
  static async open(options: GatewaysOptions): Promise<Gateways> {
    const worker = startMlDsaWorker();
    try {
      const parts = await openParts(options, worker);
      const { database, queue, now, log } = options;
      const endHousekeeping = startGatewayHousekeeping(database, queue, now, log);
      return new Gateways({ ...parts, worker, endHousekeeping });
    } catch (error) {
      await worker.close();
      throw error;
    }
  }

  get(site: string): SiteGateway | undefined {
    return this.#gateways.get(site);
  }

  all(): readonly SiteGateway[] {
    return [...this.#gateways.values()];
  }

  readonly rolesOf: RoleSource["rolesOf"] = (identity) => this.#roles.rolesOf(identity);

  /**
   * Gives the user of these devices exactly these roles: in the file of roles, and for commands of the devices at once.
   * Their certificates say so from the next renewal on.
   */
  async assignRoles(site: string, devices: readonly DeviceRow[], roles: readonly Role[]): Promise<void> {
    const gateway = this.#gateways.get(site);
    const [first] = devices;
    if (gateway === undefined || first === undefined) return;
    this.#roles.assign(site, first.user, roles);
    for (const { device } of devices) await gateway.devices.changeRoles(device, roles);
  }

  /** Ends channels and deliveries; what was not delivered is in the outbox. */
  async close(): Promise<void> {
    this.#endHousekeeping();
    for (const gateway of this.#gateways.values()) gateway.close();
    await this.#worker.close();
  }
}

interface Parts {
  readonly root: DualSigner;
  readonly siteList: Parsed<SiteList>;
  readonly identities: ReturnType<typeof createIdentityVerifier>;
  readonly policies: PolicyBook;
  readonly roles: RoleSource;
  readonly gateways: ReadonlyMap<string, SiteGateway>;
}

async function openParts(options: GatewaysOptions, worker: MlDsaWorker): Promise<Parts> {
  const folder = join(options.dataFolder, "qkdn", "gateways");
  const root = await loadNetworkRoot(folder, worker);
  const keys = await Promise.all(
    options.sites.map(async (site) => ({ ...site, keys: await loadSiteKeys(folder, site.id, worker) })),
  );
  const siteList = await publishSiteList({
    folder,
    network: options.network,
    sites: keys.map((site) => ({
      site: site.id,
      name: site.name,
      country: site.country,
      ed25519Key: site.keys.signer.ed25519PublicKey,
      mlDsaKey: site.keys.signer.mlDsaPublicKey,
      gatewayKey: site.keys.channelPublicKey,
      gatewayUrl: `${options.origin}/${site.id}`,
    })),
    root,
    now: options.now(),
  });
  const identities = createIdentityVerifier(
    join(options.dataFolder, "public", "web-identity.json"),
    options.now,
  );
  const roles = options.demonstration ? demonstrationRoles : createRoleFile(folder);
  const cards = new AccessCards(folder);
  const standing = new StandingApprovals(folder);
  const transport = new InProcessTransport();
  const writes = createGatewayWrites(options.queue);
  const policies = await PolicyBook.open(options.database, options.queue, options.now);
  const gateways = new Map<string, SiteGateway>();
  for (const { keys: siteKeys, id } of keys) {
    const { database, saeOf, record, log, now } = options;
    const onUse = (use: DrawUse) =>
      options.onUse({
        ...use,
        conversation: toHex(siteKeys.wrapping.tag(use.conversation, "conversation")),
      });
    const common = {
      database,
      writes,
      transport,
      identities,
      roles,
      policies,
      saeOf,
      record,
      onUse,
      log,
      now,
    };
    const provider = options.providerFor(id);
    const gateway = new SiteGateway({
      ...common,
      keys: siteKeys,
      siteList: () => siteList,
      provider,
      standing,
      cards: options.approvesEach(id) ? cards : undefined,
    });
    transport.register(id, gateway.intake);
    gateways.set(id, gateway);
  }
  for (const gateway of gateways.values()) await gateway.start();
  policies.onLevels((policy) => {
    for (const gateway of gateways.values()) gateway.pushLevelPolicy(policy);
  });
  return { root, siteList, identities, policies, roles, gateways };
}
