import { notFound } from "next/navigation";
import { administrationRoles, hasRole, type SessionUser } from "@/lib/ui/session-user.ts";
import { requireUser } from "../(auth)/session.ts";

/** The signed-in person, who may read the operations of the key world; the layout explains it to everybody else. */
export async function requireReader(path: string): Promise<SessionUser> {
  const user = await requireUser(path);
  if (!hasRole(user, administrationRoles)) notFound();
  return user;
}
