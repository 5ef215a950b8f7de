import { limits } from "../../protocol/limits.ts";
import type { RelayPost } from "../../protocol/relay-events.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { relayLimits } from "../limits.ts";
import { RelayError } from "../relay-error.ts";
import { listed } from "./listed.ts";

export interface NewCertificate {
  readonly hash: Bytes;
  readonly user: Bytes;
  readonly device: Bytes;
  /** Milliseconds UTC. */
  readonly notAfter: number;
  readonly bytes: Uint8Array;
}

/**
 * Keeps a certificate. All of a device's certificates stay findable by hash, because messages name them.
 * @throws RelayError "directory.not-own" when the device is already another user's.
 */
export async function publishCertificate(client: SqlClient, certificate: NewCertificate): Promise<void> {
  const { hash, user, device, notAfter, bytes } = certificate;
  const others = await client.query(
    "SELECT 1 FROM certificates WHERE device = $1 AND user_id <> $2 LIMIT 1",
    [device, user],
  );
  if (others.length > 0) throw new RelayError("directory.not-own", "This device belongs to another user.");
  await client.query(
    `INSERT INTO certificates (hash, user_id, device, bytes, not_after)
     VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000)) ON CONFLICT (hash) DO NOTHING`,
    [hash, user, device, bytes, notAfter],
  );
}

/** Certificates live for a day and are renewed after half of it: this many are in force at one moment, and to spare. */
const mostAtOnce = 256;

/**
 * The latest certificate of each device of a user that may still be a recipient; with `at` (ms UTC), also those that
 * were in force then.
 */
export async function readUserCertificates(
  client: SqlClient,
  user: Bytes,
  now: number,
  at?: number,
): Promise<{ certificates: string[]; name: string; site: string }> {
  const users = await client.query<{ name: string; site: string }>(
    "SELECT name, site FROM users WHERE id = $1 AND NOT disabled",
    [user],
  );
  const found = users[0];
  if (found === undefined) throw new RelayError("directory.unknown", "There is no such user.");
  const rows = await client.query<{ bytes: Uint8Array }>(
    `SELECT DISTINCT ON (device) bytes FROM certificates
     WHERE user_id = $1 AND not_after > to_timestamp($2::float8 / 1000)
     ORDER BY device, not_after DESC, published_at DESC`,
    [user, now - limits.lapsedRecipient],
  );
  const then = at === undefined ? [] : await readInForce(client, user, at);
  const certificates = [...new Set([...rows, ...then].map((row) => listed(row.bytes)))];
  return { certificates, name: found.name, site: found.site };
}

/** Not longer ago than a recipient may be away. A certificate's beginning is no column: its longest life stands for it. */
function readInForce(client: SqlClient, user: Bytes, at: number): Promise<{ readonly bytes: Uint8Array }[]> {
  return client.query<{ bytes: Uint8Array }>(
    `SELECT bytes FROM certificates
     WHERE user_id = $1 AND not_after >= to_timestamp($2::float8 / 1000)
       AND not_after <= to_timestamp($3::float8 / 1000)
     ORDER BY not_after LIMIT $4`,
    [user, at, at + limits.certificateLifetime + limits.clockSkew, mostAtOnce],
  );
}

/** @throws RelayError "directory.unknown". */
export async function readCertificate(client: SqlClient, hash: Bytes): Promise<Uint8Array> {
  const rows = await client.query<{ bytes: Uint8Array }>("SELECT bytes FROM certificates WHERE hash = $1", [
    hash,
  ]);
  const row = rows[0];
  if (row === undefined) throw new RelayError("directory.unknown", "There is no such certificate.");
  return row.bytes;
}

/** Whether the device has a certificate that this user published. */
export async function ownsDevice(client: SqlClient, user: Bytes, device: Bytes): Promise<boolean> {
  const rows = await client.query("SELECT 1 FROM certificates WHERE device = $1 AND user_id = $2 LIMIT 1", [
    device,
    user,
  ]);
  return rows.length > 0;
}

interface PostRow {
  readonly id: Uint8Array;
  readonly name: string;
  readonly site: string;
  readonly country: string;
  readonly has_device: boolean;
}

/** People one can write to. Stage desks come and go with a stage: only the other desk of the same stage sees them. */
export async function findPosts(client: SqlClient, asking: Bytes, query: string): Promise<RelayPost[]> {
  const rows = await client.query<PostRow>(
    `SELECT u.id, u.name, u.site, u.country,
        EXISTS (SELECT 1 FROM certificates c WHERE c.user_id = u.id) AS has_device
     FROM users u JOIN users me ON me.id = $1
     WHERE NOT u.disabled
       AND (u.kind <> 'desk' OR (me.kind = 'desk' AND split_part(u.handle, '-', 3) = split_part(me.handle, '-', 3)))
       AND ($2 = '' OR position($2 IN lower(u.name || ' ' || u.handle || ' ' || u.site || ' ' || u.country)) > 0)
     ORDER BY u.country, u.name LIMIT $3`,
    [asking, query.trim().toLowerCase(), relayLimits.posts],
  );
  return rows.map(({ id, name, site, country, has_device }) => ({
    user: toHex(id),
    name,
    site,
    country,
    hasDevice: has_device,
  }));
}
