import { administratorRoles, hasRole } from "@/lib/ui/session-user.ts";
import { requireReader } from "../require-reader.ts";
import { PoliciesPage } from "./policies-page.tsx";

export default async function Page() {
  const user = await requireReader("/admin/policies");
  return <PoliciesPage user={user} mayCommand={hasRole(user, administratorRoles)} />;
}
