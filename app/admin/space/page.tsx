import { hasRole } from "@/lib/ui/session-user.ts";
import { requireReader } from "../require-reader.ts";
import { LiveSpace } from "./live-space.tsx";

export default async function Page() {
  const user = await requireReader("/admin/space");
  return <LiveSpace user={user} mayCommand={hasRole(user, ["presenter", "administrator"])} />;
}
