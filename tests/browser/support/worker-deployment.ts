import { test as base } from "@playwright/test";
import { Deployment } from "../../support/deployment.ts";
import { Operations, smallPools } from "../../support/operations.ts";

/** Where the file that runs now finds its posts. */
let ground: { readonly port: number; readonly posts: readonly string[] } | undefined;

/** Port of the deployment of the file that runs now. */
export function deploymentPort(): number {
  if (ground === undefined) throw new Error("this file asked for no deployment");
  return ground.port;
}

/** The same, for a post that signs in: one that the file did not name may have a browser here already. */
export function deploymentPortFor(handle: string): number {
  if (!ground?.posts.includes(handle))
    throw new Error(`${handle} is not among the posts that this file named`);
  return ground.port;
}

interface Use {
  /** The file breaks links, gives orders, or uses the stage: no other file begins on what it leaves. */
  readonly leavesTraces?: boolean;
}

/**
 * The deployment on the small network that a worker's files use one after the other. Starting one costs some 9 s of
 * processor time, so a file takes the one that stands where it can: a post's second browser waits for approval by its
 * first, and so a file that signs in a post which was here before gets a new deployment.
 */
class WorkerDeployment {
  readonly #seen = new Set<string>();
  #deployment: Deployment | undefined;
  #traces = false;

  async prepare(posts: readonly string[], { leavesTraces = false }: Use): Promise<void> {
    if (this.#traces || posts.some((post) => this.#seen.has(post))) await this.stop();
    for (const post of posts) this.#seen.add(post);
    this.#traces = leavesTraces;
    this.#deployment ??= await Deployment.start({ network: "iberia-small", env: smallPools });
    await this.#deployment.healthy(120_000);
    // With every pool full the shortest routes are taken.
    await (await Operations.signIn(this.#deployment)).linksAtRest();
    ground = { port: this.#deployment.port, posts };
  }

  async stop(): Promise<void> {
    const deployment = this.#deployment;
    ground = undefined;
    this.#deployment = undefined;
    this.#seen.clear();
    await deployment?.stop();
  }
}

export const test = base.extend<object, { workerDeployment: WorkerDeployment }>({
  workerDeployment: [
    async ({ browserName: _ }, use) => {
      const own = new WorkerDeployment();
      await use(own);
      await own.stop();
    },
    { scope: "worker" },
  ],
});

/** Gives the tests of a file a deployment where none of these posts was signed in. Call it before other hooks. */
export function withDeployment(posts: readonly string[], use: Use = {}): void {
  test.beforeAll(async ({ workerDeployment }) => {
    test.setTimeout(180_000);
    await workerDeployment.prepare(posts, use);
  });
}
