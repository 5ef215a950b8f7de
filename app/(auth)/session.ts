import { redirect } from "next/navigation";
import { readAccount } from "@/lib/relay/auth/read-session.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";

/** Who sent this request, checked on the server; null when signed out. */
export async function currentUser(): Promise<SessionUser | null> {
  const account = await readAccount();
  if (account === null) return null;
  const { id, name, handle, site, roles } = account;
  return { id, name, handle, site, roles };
}

/** The same, or off to the sign-in page, which comes back to `path`. */
export async function requireUser(path: string): Promise<SessionUser> {
  const user = await currentUser();
  if (user === null) redirect(`/sign-in?to=${encodeURIComponent(path)}`);
  return user;
}
