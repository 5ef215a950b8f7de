import type { Metadata } from "next";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { Empty } from "@/lib/ui/notice.tsx";
import { hasRole, stageRoles } from "@/lib/ui/session-user.ts";
import { requireUser } from "../(auth)/session.ts";
import { LiveStage } from "./live-stage.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return { title: t("nav.stage") };
}

export default async function StagePage() {
  const user = await requireUser("/stage");
  const t = await serverTranslator();
  if (!hasRole(user, stageRoles)) {
    const roles = stageRoles.map((role) => t(`nav.role.${role}`)).join(", ");
    return (
      <Empty icon="stage" title={t("stage.needsPresenter")}>
        {t("errors.forbiddenText", { roles })}
      </Empty>
    );
  }
  return <LiveStage user={user} />;
}
