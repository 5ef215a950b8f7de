import { alarmCommandRoles, hasRole } from "@/lib/ui/session-user.ts";
import { requireReader } from "../require-reader.ts";
import { AlarmsPage } from "./alarms-page.tsx";

export default async function Page() {
  const user = await requireReader("/admin/alarms");
  return <AlarmsPage user={user} mayCommand={hasRole(user, alarmCommandRoles)} />;
}
