import type { Metadata } from "next";
import type { ReactNode } from "react";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { Empty } from "@/lib/ui/notice.tsx";
import { OperationsProvider } from "@/lib/ui/operations/operations-provider.tsx";
import { administrationRoles, hasRole } from "@/lib/ui/session-user.ts";
import { requireUser } from "../(auth)/session.ts";
import { AdminFrame } from "./admin-frame.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return { title: t("nav.admin") };
}

/** Every page below asks for the role again before it is drawn; the key world asks once more for its data. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const user = await requireUser("/admin");
  const t = await serverTranslator();
  if (!hasRole(user, administrationRoles)) {
    const roles = administrationRoles.map((role) => t(`nav.role.${role}`)).join(", ");
    return (
      <Empty icon="shield" title={t("errors.forbidden")}>
        {t("errors.forbiddenText", { roles })}
      </Empty>
    );
  }
  return (
    <OperationsProvider>
      <AdminFrame>{children}</AdminFrame>
    </OperationsProvider>
  );
}
