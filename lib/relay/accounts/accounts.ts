import type { PrismaClient } from "../../../prisma/relay/client/client.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { fromHex } from "../../shared/hex.ts";
import type { Post, Site } from "../posts.ts";
import { demonstrationUserId } from "../posts.ts";
import { type Account, toAccount } from "./account.ts";
import type { Lockout } from "./lockout.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import type { Role } from "./roles.ts";

/** Each check takes 32 MiB: more at once would let strangers use up the memory. */
const checksAtOnce = 2;
const checksWaiting = 16;

export interface NewAccount {
  readonly user: Bytes;
  readonly handle: string;
  readonly name: string;
  readonly site: Site;
  readonly roles: readonly Role[];
  readonly password?: string;
  readonly oidcSubject?: string;
}

/** Who may sign in. */
export class Accounts {
  readonly #prisma: PrismaClient;
  readonly #lockout: Lockout;
  #checks = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(prisma: PrismaClient, lockout: Lockout) {
    this.#prisma = prisma;
    this.#lockout = lockout;
  }

  /** Makes the demonstration's posts, or brings their names and roles up to date. */
  async seedPosts(posts: readonly Post[]): Promise<void> {
    const known = new Map(
      (await this.#prisma.user.findMany({ where: { kind: "demonstration" } })).map((user) => [
        user.handle,
        user,
      ]),
    );
    const fresh = posts.filter((post) => !known.has(post.handle));
    await this.#prisma.user.createMany({
      data: fresh.map((post) => ({ ...columns(post), kind: "demonstration" })),
      skipDuplicates: true,
    });
    for (const post of posts) {
      const user = known.get(post.handle);
      if (user === undefined || (user.name === post.name && user.site === post.site.id)) continue;
      const { name, site, country } = columns(post);
      await this.#prisma.user.update({ where: { id: user.id }, data: { name, site, country } });
    }
  }

  /** Makes the agents' accounts; those that no program holds in this start are switched off. */
  async seedAgents(posts: readonly Post[]): Promise<void> {
    await this.#prisma.user.createMany({
      data: posts.map((post) => ({ ...columns(post), kind: "agent" })),
      skipDuplicates: true,
    });
    const held = posts.map(({ handle }) => handle);
    const agents = { kind: "agent" } as const;
    await this.#prisma.user.updateMany({
      where: { ...agents, handle: { in: held } },
      data: { disabled: false },
    });
    await this.#prisma.user.updateMany({
      where: { ...agents, handle: { notIn: held }, disabled: false },
      data: { disabled: true, sessionVersion: { increment: 1 } },
    });
  }

  /** The agent with this handle, when a program may hold it. */
  async findAgent(handle: string): Promise<Account | null> {
    const user = await this.#prisma.user.findUnique({ where: { handle } });
    return user === null || user.kind !== "agent" || user.disabled ? null : toAccount(user);
  }

  /** A stage desk's account: the same answer for the same stage, side and site. */
  async openDesk(stage: string, side: "alice" | "bob", site: Site): Promise<Account> {
    const handle = `desk-${side}-${stage}`;
    const name = `Demonstration desk ${side === "alice" ? "A" : "B"}, ${site.name}`;
    const desk = { user: demonstrationUserId(handle), handle, name, site, roles: ["user"] as const };
    const user = await this.#prisma.user.upsert({
      where: { id: desk.user },
      create: { ...columns(desk), kind: "desk" },
      update: {},
    });
    return toAccount(user);
  }

  countDesks(): Promise<number> {
    return this.#prisma.user.count({ where: { kind: "desk" } });
  }

  /** @throws when the handle or the OIDC subject is taken. */
  async create(account: NewAccount): Promise<Account> {
    const user = await this.#prisma.user.create({
      data: {
        ...columns(account),
        kind: account.oidcSubject === undefined ? "password" : "oidc",
        passwordHash: account.password === undefined ? null : await hashPassword(account.password),
        oidcSubject: account.oidcSubject ?? null,
      },
    });
    return toAccount(user);
  }

  async isTaken(handle: string): Promise<boolean> {
    return (await this.#prisma.user.count({ where: { handle } })) > 0;
  }

  /** The demonstration post with this handle, unless it was disabled. */
  async findPost(handle: string): Promise<Account | null> {
    const user = await this.#prisma.user.findUnique({ where: { handle } });
    return user === null || user.kind !== "demonstration" || user.disabled ? null : toAccount(user);
  }

  async findOidc(subject: string): Promise<Account | null> {
    const user = await this.#prisma.user.findUnique({ where: { oidcSubject: subject } });
    return user === null || user.disabled ? null : toAccount(user);
  }

  /**
   * Checks a password. Null tells nothing of why: no such user, wrong password, disabled and locked look the same.
   * @param now milliseconds UTC.
   */
  async signIn(handle: string, password: string, now: number): Promise<Account | null> {
    const name = handle.trim().toLowerCase();
    if (name.length > 100 || password.length > 1000 || this.#waiting.length >= checksWaiting) return null;
    if (!(await this.#lockout.begin(name, now))) return null;
    const user = await this.#prisma.user.findUnique({ where: { handle: name } });
    const right = await this.#oneOfFew(() => verifyPassword(password, user?.passwordHash ?? null));
    if (!right || user === null || user.disabled) return null;
    await this.#lockout.succeed(name);
    return toAccount(user);
  }

  /** Ends every session of the user as well: the caller still has to disconnect the sockets. */
  async setDisabled(id: string, disabled: boolean): Promise<void> {
    await this.#change(id, { disabled });
  }

  async setRoles(id: string, roles: readonly Role[]): Promise<void> {
    await this.#change(id, { roles: [...roles] });
  }

  async #change(id: string, data: { disabled?: boolean; roles?: string[] }): Promise<void> {
    const user = fromHex(id);
    await this.#prisma.$transaction([
      this.#prisma.user.update({
        where: { id: user },
        data: { ...data, sessionVersion: { increment: 1 } },
      }),
      this.#prisma.session.deleteMany({ where: { userId: user } }),
    ]);
  }

  async #oneOfFew<T>(work: () => Promise<T>): Promise<T> {
    if (this.#checks >= checksAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#checks++;
    try {
      return await work();
    } finally {
      this.#checks--;
      this.#waiting.shift()?.();
    }
  }
}

function columns(account: NewAccount) {
  const { user: id, handle, name, site, roles } = account;
  return { id, handle, name, site: site.id, country: site.country, roles: [...roles] };
}
