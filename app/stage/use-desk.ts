"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useState } from "react";
import type { EngineState, MessengerApi, MessengerEvents } from "@/lib/messenger/messenger-api.ts";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { useErrorText } from "@/lib/ui/problem-text.ts";

export interface DeskUser {
  readonly id: string;
  readonly name: string;
  readonly site: string;
}

export type Side = "alice" | "bob";

export interface Desk {
  readonly side: Side;
  readonly user: DeskUser | null;
  readonly api: MessengerApi | null;
  readonly state: EngineState;
  readonly problem: string | null;
}

/** One side of the stage: a demonstration user of its own and a real engine for it in a worker of this page. */
export function useDesk(side: Side, site: string, stage: string | null): Desk {
  const [opened, setOpened] = useState<{ stage: string; user: DeskUser } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const errorText = useErrorText();
  const [state, setState] = useState<EngineState>({ phase: "starting" });
  const user = opened !== null && opened.stage === stage && opened.user.site === site ? opened.user : null;

  useEffect(() => {
    if (stage === null) return;
    let gone = false;
    setProblem(null);
    openDesk(stage, side, site).then(
      (answer) => gone || setOpened({ stage, user: answer }),
      (error: unknown) => gone || setProblem(errorText(error)),
    );
    return () => {
      gone = true;
    };
  }, [stage, side, site, errorText]);

  const engine = useEngine(
    user && stage ? { user, profile: `desk-${side}-${stage}`, desk: { stage, site, side } } : null,
  );

  const t = useTranslations();
  const engineProblem =
    engine.problem === null
      ? null
      : t(engine.problem === "unsupported" ? "engine.unsupportedText" : "errors.offline");

  useEffect(() => {
    const { api } = engine;
    setState({ phase: "starting" });
    if (!api) return;
    let gone = false;
    const read = () =>
      void api.state().then(
        (phase) => gone || setState(phase),
        () => undefined,
      );
    read();
    const unsubscribe = api.subscribe((event) => {
      if (event.type === "state") read();
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [engine]);

  return { side, user, api: engine.api, state, problem: problem ?? engineProblem };
}

async function openDesk(stage: string, side: Side, site: string): Promise<DeskUser> {
  const answer = await fetch("/api/stage/desk", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ stage, side, site }),
    cache: "no-store",
  });
  const body = (await answer.json().catch(() => null)) as { user?: DeskUser; message?: string } | null;
  if (!answer.ok || !body?.user) throw new Error(body?.message ?? `the server answered ${answer.status}`);
  return body.user;
}

/**
 * The conversation between the two desks, made by Alice as soon as both devices stand; null until then. Bob learns
 * of it from the relay, like anybody.
 */
export function useDeskConversation(alice: Desk, bob: Desk): string | null {
  const [conversation, setConversation] = useState<string | null>(null);
  const aliceReady = alice.state.phase === "ready";
  const bobReady = bob.state.phase === "ready";
  const bobId = bob.user?.id ?? null;
  const { api } = alice;

  const open = useCallback(async () => {
    if (!api || !bobId) return;
    setConversation(await api.openConversation(bobId));
  }, [api, bobId]);

  useEffect(() => {
    setConversation(null);
    if (!aliceReady || !bobReady) return;
    let gone = false;
    const attempt = () => {
      open().catch(() => {
        if (!gone) setTimeout(attempt, 1500);
      });
    };
    attempt();
    return () => {
      gone = true;
    };
  }, [aliceReady, bobReady, open]);

  return conversation;
}

/** True once `api` knows the conversation (it was told by the relay). */
export function useKnowsConversation(api: MessengerApi | null, conversation: string | null): boolean {
  const [known, setKnown] = useState(false);
  useEffect(() => {
    setKnown(false);
    if (!api || !conversation) return;
    let gone = false;
    const look = () =>
      void api.conversations().then(
        (list) => gone || setKnown(list.some((one) => one.id === conversation)),
        () => undefined,
      );
    look();
    const unsubscribe = api.subscribe((event: MessengerEvents) => {
      if (event.type === "conversations") look();
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [api, conversation]);
  return known;
}
