import { administratorRoles, deviceCommandRoles, hasRole } from "@/lib/ui/session-user.ts";
import { requireReader } from "../require-reader.ts";
import { LivePeople } from "./live-people.tsx";

export default async function Page() {
  const user = await requireReader("/admin/people");
  return (
    <LivePeople
      user={user}
      mayCommand={hasRole(user, deviceCommandRoles)}
      mayAssign={hasRole(user, administratorRoles)}
    />
  );
}
