import { randomBytes } from "node:crypto";
import type { PrismaClient } from "../../../prisma/relay/client/client.ts";
import { copyBytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { type Account, demonstrationKinds, isDemonstration, toAccount } from "./account.ts";

/** From signing in, whatever the person does meanwhile. */
export const sessionMs = 8 * 3_600_000;

/** A signed-in person, as found in the database now. */
export interface Standing {
  readonly account: Account;
  /** Session id, hex; null for a bearer of a token without a session (agents, stage desks). */
  readonly session: string | null;
  readonly version: number;
  /** Milliseconds UTC. */
  readonly expiresAt: number;
  readonly demonstration: boolean;
}

/**
 * Sessions in the database. The cookie only carries a session's id: whether it still counts (not signed out, user
 * not disabled, roles unchanged) is asked here every time.
 */
export class Sessions {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Opens a session of a user who has just proved who they are. */
  async open(userId: string, now: number): Promise<{ session: string; expiresAt: number }> {
    const user = await this.#prisma.user.findUniqueOrThrow({ where: { id: fromHex(userId) } });
    const id = copyBytes(randomBytes(16));
    const expiresAt = now + sessionMs;
    await this.#prisma.session.deleteMany({ where: { expiresAt: { lt: new Date(now) } } });
    await this.#prisma.session.create({
      data: { id, userId: user.id, version: user.sessionVersion, expiresAt: new Date(expiresAt) },
    });
    return { session: toHex(id), expiresAt };
  }

  /** The session's user, or null when the session does not count (any more). */
  async check(session: string, now: number): Promise<Standing | null> {
    if (!/^[0-9a-f]{32}$/.test(session)) return null;
    const row = await this.#prisma.session.findUnique({
      where: { id: fromHex(session) },
      include: { user: true },
    });
    if (row === null || row.user.disabled || row.version !== row.user.sessionVersion) return null;
    if (row.expiresAt.getTime() <= now) return null;
    return {
      account: toAccount(row.user),
      session,
      version: row.version,
      expiresAt: row.expiresAt.getTime(),
      demonstration: isDemonstration(row.user.kind),
    };
  }

  /** The standing of a token's bearer: `version` is what the token was issued under. */
  async checkBearer(
    userId: string,
    version: number,
    session: string | null,
    now: number,
  ): Promise<Standing | null> {
    if (session !== null) {
      const standing = await this.check(session, now);
      return standing?.account.id === userId ? standing : null;
    }
    const user = await this.#prisma.user.findUnique({ where: { id: fromHex(userId) } });
    if (user === null || user.disabled || user.sessionVersion !== version) return null;
    const demonstration = isDemonstration(user.kind);
    return { account: toAccount(user), session: null, version, expiresAt: now + sessionMs, demonstration };
  }

  async versionOf(userId: string): Promise<number> {
    const user = await this.#prisma.user.findUniqueOrThrow({ where: { id: fromHex(userId) } });
    return user.sessionVersion;
  }

  async end(session: string): Promise<void> {
    await this.#prisma.session.deleteMany({ where: { id: fromHex(session) } });
  }

  /** The demonstration was switched off: nobody goes on as one of its posts. */
  async endDemonstration(): Promise<void> {
    await this.#prisma.session.deleteMany({ where: { user: { kind: { in: [...demonstrationKinds] } } } });
    await this.#prisma.user.updateMany({
      where: { kind: { in: [...demonstrationKinds] } },
      data: { sessionVersion: { increment: 1 } },
    });
  }
}
