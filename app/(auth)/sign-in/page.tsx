import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { safeDestination } from "@/lib/ui/sign-in/destination.ts";
import { currentUser } from "../session.ts";
import { SignInScreen } from "./sign-in-screen.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return { title: t("signIn.title") };
}

interface Search {
  readonly to?: string;
  readonly callbackUrl?: string;
  readonly post?: string;
  readonly error?: string;
}

export default async function SignInPage({ searchParams }: { searchParams: Promise<Search> }) {
  const search = await searchParams;
  const destination = safeDestination(search.to);
  const user = await currentUser();
  if (user !== null && search.post === user.handle) redirect(destination);
  return (
    <SignInScreen
      destination={destination}
      user={user}
      askedPost={search.post ?? null}
      returnedError={search.error ?? null}
    />
  );
}
