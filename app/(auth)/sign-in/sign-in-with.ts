import { signIn } from "next-auth/react";

export type SignInFailure = "credentials" | "locked" | "post" | "network";

/** Signs in without leaving the page. Resolves to null when it worked. */
export async function signInWith(
  provider: "post" | "password",
  credentials: Readonly<Record<string, string>>,
): Promise<SignInFailure | null> {
  try {
    const answer = await signIn(provider, { ...credentials, redirect: false });
    if (answer === undefined) return "network";
    if (answer.ok && !answer.error) return null;
    if (answer.error?.includes("locked")) return "locked";
    return provider === "post" ? "post" : "credentials";
  } catch {
    return "network";
  }
}
