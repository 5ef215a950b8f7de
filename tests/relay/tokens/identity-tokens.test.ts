import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, importJWK, type JWK, jwtVerify } from "jose";
import { afterAll, expect, it } from "vitest";
import type { Account } from "../../../lib/relay/accounts/account.ts";
import { openIdentityKey } from "../../../lib/relay/tokens/identity-key.ts";
import { IdentityTokens, mayHaveToken } from "../../../lib/relay/tokens/identity-tokens.ts";
import { openSessionSecret } from "../../../lib/relay/tokens/session-secret.ts";

const folder = mkdtempSync(join(tmpdir(), "vernam-identity-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const account: Account = {
  id: "ab".repeat(16),
  handle: "pt-lis-mne",
  name: "Duty officer",
  site: "pt-lis-mne",
  country: "PT",
  roles: ["user"],
};

it("keeps one key over restarts, for its owner alone, and publishes the public half only", async () => {
  const first = await openIdentityKey(folder);
  const second = await openIdentityKey(folder);
  expect(second.keyId).toBe(first.keyId);
  expect(statSync(join(folder, "web", "identity.json")).mode & 0o777).toBe(0o600);
  const published = JSON.parse(readFileSync(join(folder, "public", "web-identity.json"), "utf8"));
  expect(published).toMatchObject({ kty: "OKP", crv: "Ed25519", kid: first.keyId });
  expect(published).not.toHaveProperty("d");
});

it("issues tokens that the published key verifies, for one audience and one minute", async () => {
  const tokens = new IdentityTokens(await openIdentityKey(folder));
  const jwk = JSON.parse(readFileSync(join(folder, "public", "web-identity.json"), "utf8")) as JWK;
  const now = Date.now();
  const standing = { version: 3, session: "cd".repeat(16) };
  const { token, expiresAt } = await tokens.issue(account, "gateway:pt-lis-mne", standing, now);
  const { payload } = await jwtVerify(token, await importJWK(jwk), {
    issuer: "vernam-web",
    audience: "gateway:pt-lis-mne",
  });
  expect(payload).toMatchObject({ sub: account.id, site: account.site, name: account.name, roles: ["user"] });
  expect(payload.jti).toBeTypeOf("string");
  expect(expiresAt - now).toBeLessThanOrEqual(60_000);
  expect(payload).not.toHaveProperty("sid");
  await expect(tokens.verifyForRelay(token, now)).resolves.toBeNull();
});

it("reads its own relay tokens back until they expire, and nobody else's", async () => {
  const tokens = new IdentityTokens(await openIdentityKey(folder));
  const now = Date.now();
  const { token } = await tokens.issue(account, "relay", { version: 3, session: null }, now);
  expect(await tokens.verifyForRelay(token, now)).toEqual({ user: account.id, version: 3, session: null });
  expect(await tokens.verifyForRelay(token, now + 61_000)).toBeNull();
  const other = new IdentityTokens(await openIdentityKey(mkdtempSync(join(folder, "other-"))));
  expect(await other.verifyForRelay(token, now)).toBeNull();
  const { alg: _alg, ...unsigned } = { alg: "none", ...decodeJwt(token) };
  const forged = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(unsigned))}.`;
  expect(await tokens.verifyForRelay(forged, now)).toBeNull();
});

it("gives people tokens for their own site and the relay, and operations by role", () => {
  expect(mayHaveToken(account, "relay")).toBe(true);
  expect(mayHaveToken(account, "gateway:pt-lis-mne")).toBe(true);
  expect(mayHaveToken(account, "gateway:es-mad-mfa")).toBe(false);
  expect(mayHaveToken(account, "ops")).toBe(false);
  for (const role of ["administrator", "auditor", "presenter", "officer"] as const) {
    expect(mayHaveToken({ ...account, roles: ["user", role] }, "ops")).toBe(true);
  }
  expect(mayHaveToken(account, "")).toBe(false);
});

it("says which file is broken without quoting it", async () => {
  const broken = mkdtempSync(join(folder, "broken-"));
  await openIdentityKey(broken);
  writeFileSync(join(broken, "web", "identity.json"), '{"kty":"OKP","d":"sensitive"');
  await expect(openIdentityKey(broken)).rejects.toMatchObject({ code: "identity.unreadable" });
  await expect(openIdentityKey(broken)).rejects.not.toThrow(/sensitive/);
});

it("makes one session secret and keeps it", () => {
  expect(openSessionSecret(folder)).toBe(openSessionSecret(folder));
  expect(statSync(join(folder, "web", "session-secret")).mode & 0o777).toBe(0o600);
});
