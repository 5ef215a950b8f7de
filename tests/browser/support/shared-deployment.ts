import { test } from "@playwright/test";
import { Operations } from "../../support/operations.ts";
import { sharedPort } from "./post.ts";

export interface SharedPost {
  readonly handle: string;
  readonly name: string;
}

const lisbon = "Ministry of Foreign Affairs, Lisbon";
const madrid = "Ministry of Foreign Affairs, Madrid";
const interior = "Ministry of the Interior (SGSICS), Madrid";
const security = "GNS Lisbon (National Security Office)";

/**
 * Who signs in to the messenger in which file of tests, on the deployment that they share. A post's second browser
 * waits for approval by its first, so no post stands here twice.
 */
export const sharedPosts = {
  conversation: [
    { handle: "pt-lis-mne", name: `Duty officer, ${lisbon}` },
    { handle: "es-mad-mfa", name: `Duty officer, ${madrid}` },
  ],
  keyboard: [{ handle: "auditor", name: `Auditor, ${security}` }],
  content: [
    { handle: "officer-pt-lis-mne", name: `Site security officer, ${lisbon}` },
    { handle: "officer-es-mad-mfa", name: `Site security officer, ${madrid}` },
  ],
  files: [
    { handle: "pt-lis-gns", name: `Duty officer, ${security}` },
    { handle: "es-mad-int", name: `Duty officer, ${interior}` },
  ],
  devices: [
    { handle: "administrator", name: `Network administrator, ${security}` },
    { handle: "officer", name: `Site security officer, ${security}` },
  ],
  pages: [{ handle: "presenter", name: `Presenter, ${security}` }],
} as const satisfies Record<string, readonly SharedPost[]>;

/** Begins a file of tests on the shared deployment once every pool is full, so that the shortest routes are taken. */
export function withLinksAtRest(): void {
  test.beforeAll(async () => {
    test.setTimeout(150_000);
    const port = sharedPort();
    const at = { origin: `http://localhost:${port}`, gatewayOrigin: `http://localhost:${port + 1}` };
    await (await Operations.signIn(at)).linksAtRest();
  });
}
