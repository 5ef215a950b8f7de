import type { AuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import type { OidcConfig } from "../../shared/config-web.ts";
import type { RelayRuntime } from "../runtime.ts";

type Provider = AuthOptions["providers"][number];

/** The ways to sign in here: by one click as a demonstration post, by password, by the organisation's own service. */
export function signInProviders(runtime: RelayRuntime): Provider[] {
  const providers: Provider[] = [passwordProvider(runtime)];
  if (runtime.config.demonstration) providers.push(postProvider(runtime));
  if (runtime.config.oidc !== undefined) providers.push(oidcProvider(runtime, runtime.config.oidc));
  return providers;
}

function postProvider(runtime: RelayRuntime): Provider {
  return CredentialsProvider({
    id: "post",
    name: "Demonstration post",
    credentials: { handle: { type: "text" } },
    authorize: async (credentials) => {
      const account = await runtime.accounts.findPost(text(credentials?.handle));
      return account === null ? null : { id: account.id, name: account.name };
    },
  });
}

function passwordProvider(runtime: RelayRuntime): Provider {
  return CredentialsProvider({
    id: "password",
    name: "Password",
    credentials: { handle: { type: "text" }, password: { type: "password" } },
    authorize: async (credentials) => {
      const { accounts, log } = runtime;
      const account = await accounts.signIn(
        text(credentials?.handle),
        text(credentials?.password),
        Date.now(),
      );
      if (account === null) log.warn("a sign-in by password was refused");
      return account === null ? null : { id: account.id, name: account.name };
    },
  });
}

/** Only people whom an administrator registered with their subject: an issuer knows nothing of sites. */
function oidcProvider(runtime: RelayRuntime, oidc: OidcConfig): Provider {
  return {
    id: "oidc",
    name: oidc.name,
    type: "oauth",
    wellKnown: `${oidc.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    authorization: { params: { scope: "openid profile" } },
    checks: ["pkce", "state", "nonce"],
    idToken: true,
    profile: async (profile: { sub: string }) => {
      const account = await runtime.accounts.findOidc(`${oidc.issuer}|${profile.sub}`);
      if (account === null) throw new Error("this subject is not registered here");
      return { id: account.id, name: account.name };
    },
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
