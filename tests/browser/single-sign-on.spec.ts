import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { Deployment } from "../support/deployment.ts";
import { freePortPair } from "../support/free-port.ts";
import { IdentityProvider } from "./support/identity-provider.ts";

/** Outside demonstration mode, with the organisation's own OpenID provider. */
const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "vernam-oidc-"));
const subject = "lisbon-duty-desk";
const password = "long enough for a duty desk";
let provider: IdentityProvider;
let deployment: Deployment;

test.describe.configure({ mode: "serial" });

function addUser(env: Readonly<Record<string, string>>, args: readonly string[], input = ""): void {
  const added = spawnSync(process.execPath, [join(root, ".build/add-user.js"), ...args], {
    env: { ...process.env, ...env },
    input,
    encoding: "utf8",
  });
  expect(added.status, added.stderr).toBe(0);
}

test.beforeAll(async () => {
  test.setTimeout(180_000);
  const port = await freePortPair();
  const client = { clientId: "vernam", clientSecret: "a secret of this test alone, 32 bytes" };
  const redirectUri = `http://localhost:${port}/api/auth/callback/oidc`;
  provider = await IdentityProvider.start({ ...client, redirectUri });
  const env = {
    DEMO: "0",
    ENROLMENT: "open",
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: client.clientId,
    OIDC_CLIENT_SECRET: client.clientSecret,
    OIDC_NAME: "Government sign-on",
  };
  const dataFolder = join(folder, "data");
  const place = { ...env, DATA_DIR: dataFolder, NETWORK: "iberia-small", PORT: String(port) };
  const post = ["--name", "Duty desk, Foreign Ministry, Lisbon", "--site", "pt-lis-mne"];
  addUser(place, [...post, "--handle", "lisbon.sso", "--oidc-subject", subject]);
  addUser(place, [...post, "--handle", "lisbon.password"], `${password}\n`);
  deployment = await Deployment.start({ port, dataFolder, env });
  await expect.poll(async () => (await deployment.health())?.body.status, { timeout: 120_000 }).toBeDefined();
});

test.afterAll(async () => {
  await deployment?.stop();
  await provider?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** From the sign-in page to the provider, its log-in and its consent, and back. */
async function signOnAs(page: Page, name: string): Promise<void> {
  await page.goto(`${deployment.origin}/messages`);
  await page.getByRole("button", { name: /Government sign-on/ }).click();
  await page.waitForURL(`${provider.issuer}/**`);
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.locator("button[type=submit]").click();
  await page.waitForURL(`${deployment.origin}/**`);
}

async function sessionCookies(context: BrowserContext): Promise<string[]> {
  const cookies = await context.cookies(deployment.origin);
  return cookies.filter(({ name }) => name.includes("session-token")).map(({ value }) => value);
}

test("a registered subject signs in through the provider and stays signed in", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await signOnAs(page, subject);
  await expect(page).toHaveURL(`${deployment.origin}/messages`);
  const user = await page.evaluate(async () => (await (await fetch("/api/auth/session")).json()).user);
  expect(user).toMatchObject({ name: "Duty desk, Foreign Ministry, Lisbon" });
  await page.reload();
  await expect(page).toHaveURL(`${deployment.origin}/messages`);
  await expect(page.getByText("Duty desk, Foreign Ministry, Lisbon").first()).toBeVisible();
  await context.close();
});

test("a subject nobody registered is refused, told so, and gets no session", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await signOnAs(page, "a-stranger");
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("alert").first()).toBeVisible();
  expect(await sessionCookies(context)).toEqual([]);
  await context.close();
});

test("an answer that the browser never asked for is refused", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${deployment.origin}/api/auth/callback/oidc?code=forged&state=forged`);
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await sessionCookies(context)).toEqual([]);
  await context.close();
});

test("a password signs in beside it; a wrong one is refused without saying why", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${deployment.origin}/messages`);
  await page.getByLabel("User name").fill("lisbon.password");
  await page.getByLabel("Password").fill("not the one that was set");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${deployment.origin}/messages`);
  await context.close();
});

test("no post signs in by one click here", async ({ request }) => {
  const { csrfToken } = await (await request.get(`${deployment.origin}/api/auth/csrf`)).json();
  const answer = await request.post(`${deployment.origin}/api/auth/callback/post`, {
    form: { csrfToken, handle: "pt-lis-mne", json: "true" },
  });
  const session = await (await request.get(`${deployment.origin}/api/auth/session`)).json();
  expect(answer.url()).not.toContain("/messages");
  expect(session.user).toBeUndefined();
});
