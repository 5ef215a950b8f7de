import { join } from "node:path";
import type { AgentContext, AgentDuty } from "../agents/agent-duty.ts";
import { Custodian } from "./custodian.ts";
import { ShareFolder } from "./share-folder.ts";
import { VaultError } from "./vault-error.ts";
import { allMessages } from "./vault-post.ts";

/**
 * A vault custodian at a site: answers the vault messages of everybody who writes to it, one after another, also
 * those that came while it was off. Commands: "lose" (as if the site were gone: messages wait, nothing is answered)
 * and "return". Its state names counts only.
 */
export async function startCustodian(agent: CustodianContext): Promise<AgentDuty> {
  const shares = await ShareFolder.open(join(agent.folder, "vault"));
  return new CustodianDuty(agent, shares);
}

/** What a custodian uses of its host. */
export type CustodianContext = Pick<AgentContext, "engine" | "folder" | "log" | "onOpened">;

class CustodianDuty implements AgentDuty {
  readonly #agent: CustodianContext;
  readonly #shares: ShareFolder;
  readonly #custodian: Custodian;
  readonly #leave: readonly (() => void)[];
  readonly #waiting = new Set<string>();
  #working: Promise<void> | undefined;
  #lost = false;
  #stopped = false;
  #released = 0;
  #refused = 0;

  constructor(agent: CustodianContext, shares: ShareFolder) {
    this.#agent = agent;
    this.#shares = shares;
    this.#custodian = new Custodian({ engine: agent.engine, shares, now: Date.now });
    this.#leave = [
      agent.onOpened(({ conversation }) => this.#look([conversation])),
      // After a time without a connection: what could not be answered is tried again.
      agent.engine.subscribe(({ type }) => {
        if (type === "state") void this.#lookEverywhere();
      }),
    ];
    void this.#lookEverywhere();
  }

  readonly command = async (name: string): Promise<unknown> => {
    if (name !== "lose" && name !== "return")
      throw new VaultError("vault.command", "a custodian knows the commands lose and return");
    this.#lost = name === "lose";
    if (!this.#lost) await this.#lookEverywhere();
    return this.state();
  };

  readonly state = () => ({
    vaults: this.#shares.vaults,
    released: this.#released,
    refused: this.#refused,
    lost: this.#lost,
  });

  readonly stop = async (): Promise<void> => {
    this.#stopped = true;
    for (const leave of this.#leave) leave();
    await this.#working;
  };

  async #lookEverywhere(): Promise<void> {
    try {
      this.#look((await this.#agent.engine.conversations()).map(({ id }) => id));
    } catch (error) {
      this.#waits(error);
    }
  }

  #look(conversations: readonly string[]): void {
    for (const conversation of conversations) this.#waiting.add(conversation);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    for (const conversation of this.#waiting) {
      this.#waiting.delete(conversation);
      if (this.#stopped || this.#lost) return;
      const views = await allMessages(this.#agent.engine, conversation).catch((error) => this.#waits(error));
      for (const view of views ?? []) {
        if (this.#stopped || this.#lost) return;
        await this.#handle(view).catch((error) => this.#waits(error));
      }
    }
  }

  /** The message stays, and is worked on when the connection is back. */
  #waits(error: unknown): undefined {
    const code = error instanceof Error && "code" in error ? error.code : "vault.internal";
    this.#agent.log.warn({ code }, "a vault message waits");
  }

  async #handle(view: Parameters<Custodian["handle"]>[0]): Promise<void> {
    const answer = await this.#custodian.handle(view);
    if (answer === undefined) return;
    if (answer.kind === "release") this.#released++;
    if (answer.kind === "refusal") this.#refused++;
    this.#agent.log.info(
      { answer: answer.kind, ...(answer.kind === "refusal" ? { code: answer.code } : {}) },
      "answered a vault message",
    );
  }
}
