import { join } from "node:path";
import type { MessageView, SuiteName } from "../../lib/messenger/messenger-api.ts";
import type { MessengerEngine } from "../../lib/messenger/messenger-engine.ts";
import { createNodeMessenger } from "../../lib/messenger/node/create-node-messenger.ts";
import { type NodeSession, signInAsPost } from "../../lib/messenger/node/sign-in.ts";
import { listPosts } from "../../lib/relay/posts.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { until } from "./until.ts";

const everything = 1_000_000;

export interface Origins {
  readonly origin: string;
  readonly gatewayOrigin: string;
}

export interface PostIdentity {
  readonly handle: string;
  readonly user: { readonly id: string; readonly name: string; readonly site: string };
}

/** A demonstration post of the small network, else of the nine states'. */
export function findPost(handle: string): PostIdentity {
  const posts = [...listPosts("iberia-small"), ...listPosts("nine")];
  const post = posts.find((candidate) => candidate.handle === handle);
  if (post === undefined) throw new Error(`no post ${handle}`);
  return { handle, user: { id: toHex(post.user), name: post.name, site: post.site.id } };
}

/** A demonstration post at work in this process: a signed-in person with a device that keeps a file store. */
export class Post {
  readonly handle: string;
  readonly user: PostIdentity["user"];
  readonly session: NodeSession;
  readonly engine: MessengerEngine;

  private constructor(identity: PostIdentity, session: NodeSession, engine: MessengerEngine) {
    this.handle = identity.handle;
    this.user = identity.user;
    this.session = session;
    this.engine = engine;
  }

  /** Signs in, enrols or goes on with the device in `<folder>/<handle>`, and waits until it is connected. */
  static async open(at: Origins, handle: string, folder: string): Promise<Post> {
    const identity = findPost(handle);
    const session = await signInAsPost(at.origin, handle);
    const engine = createNodeMessenger({
      folder: join(folder, handle),
      relayOrigin: at.origin,
      identity: session,
    });
    await engine.start({
      relayOrigin: at.origin,
      gatewayOrigin: at.gatewayOrigin,
      user: identity.user,
      profile: "test",
    });
    const post = new Post(identity, session, engine);
    await post.ready();
    return post;
  }

  async ready(withinMs = 60_000): Promise<void> {
    await until(
      `${this.handle} is connected`,
      async () => {
        const state = await this.engine.state();
        if (state.phase === "failed") throw new Error(`${this.handle}: ${state.code} ${state.message}`);
        return state.phase === "ready";
      },
      withinMs,
      () => this.engine.state(),
    );
  }

  /** The conversation with another post, as soon as this device knows of it. */
  conversationWith(other: { readonly user: { readonly id: string } }): Promise<string> {
    return until(`${this.handle} knows the conversation`, async () => {
      const known = await this.engine.conversations();
      return known.find(({ members }) => members.some(({ user }) => user === other.user.id))?.id;
    });
  }

  send(conversation: string, text: string, suite: SuiteName): Promise<string> {
    return this.engine.send(conversation, text, suite);
  }

  messages(conversation: string): Promise<readonly MessageView[]> {
    return this.engine.messages(conversation, { limit: everything });
  }

  /** Waits until all of `texts` stand in this device's history, and returns the whole history. */
  async has(
    conversation: string,
    texts: readonly string[],
    withinMs = 120_000,
  ): Promise<readonly MessageView[]> {
    let seen: readonly MessageView[] = [];
    const missing = (): string[] => {
      const present = new Set(seen.map(({ text }) => text));
      return texts.filter((text) => !present.has(text));
    };
    await until(
      `${this.handle} has ${texts.length} messages`,
      async () => {
        seen = await this.messages(conversation);
        return missing().length === 0;
      },
      withinMs,
      () => ({
        missing: missing().slice(0, 5),
        of: missing().length,
        problems: seen.flatMap(({ problem }) => problem ?? []).slice(0, 5),
      }),
    );
    return seen;
  }

  close(): Promise<void> {
    return this.engine.stop();
  }
}
