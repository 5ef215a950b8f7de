"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { AlarmView, OperationsEvents, PairView } from "@/lib/keys/api-types.ts";
import type { MessengerApi } from "@/lib/messenger/messenger-api.ts";
import { sameRoute } from "@/lib/scenarios/suggested-link.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import type { Consequence, NewConsequence } from "@/lib/ui/stage/consequences.ts";
import { countOne, emptyTally, type Tally } from "@/lib/ui/stage/tally.ts";

/** For the report; its counts go on beyond. */
const kept = 5000;
const shown = 60;

interface Happened {
  /** Newest first. */
  readonly all: readonly Consequence[];
  /** Everything, also what `all` has forgotten. */
  readonly tally: Tally;
}

export interface WatchedDesk {
  readonly name: string;
  readonly api: MessengerApi | null;
}

/** Everything an audience should notice, newest first: alarms, routes, keys on their way, messages that wait or arrive. */
export function useConsequences(
  pair: PairView | null,
  desks: readonly WatchedDesk[],
  conversation: string | null,
): Happened & {
  /** The newest of all. */
  readonly list: readonly Consequence[];
  readonly note: (what: NewConsequence) => void;
} {
  const store = useOperationsStore();
  const [{ all, tally }, setHappened] = useState<Happened>(() => ({
    all: [],
    tally: emptyTally(Date.now()),
  }));
  const count = useRef(0);
  const lastRoute = useRef<{ pair: string; route: readonly string[] | null } | null>(null);
  const told = useRef(new Map<string, string>());
  const quarantined = useRef(new Map<string, string>());

  const note = useCallback((what: NewConsequence) => {
    const entry = { ...what, id: `${++count.current}`, at: Date.now() } as Consequence;
    setHappened((before) => ({
      all: [entry, ...before.all].slice(0, kept),
      tally: countOne(before.tally, entry),
    }));
  }, []);

  useEffect(() => {
    if (!pair) return;
    const name = `${pair.a}/${pair.b}`;
    const before = lastRoute.current;
    lastRoute.current = { pair: name, route: pair.route };
    if (before === null || before.pair !== name || sameRoute(before.route, pair.route)) return;
    if (pair.route === null) note({ kind: "noRoute", reason: pair.reason ?? "" });
    else note({ kind: "route", route: pair.route });
  }, [pair, note]);

  const ends = pair ? `${pair.a}/${pair.b}` : null;
  useEffect(
    () =>
      store.onEvent((name, value) => {
        if (name === "alarm") {
          const alarm = value as AlarmView;
          const qber = store.state().links.get(alarm.link)?.qber ?? null;
          const { link, cause } = alarm;
          const warning = alarm.severity === "warning";
          if (alarm.clearedAt !== null) note({ kind: warning ? "warningEnded" : "cleared", link });
          else if (warning) note({ kind: "warning", link, cause });
          else note({ kind: "alarm", link, cause, qber });
        }
        if (name === "links") noteQuarantine(value as OperationsEvents["links"], quarantined.current, note);
        if (name === "relay") {
          const { route, bits } = value as OperationsEvents["relay"];
          const [first, last] = [route[0], route.at(-1)];
          if (ends === `${first}/${last}` || ends === `${last}/${first}`) {
            note({ kind: "relay", bits, links: route.length - 1 });
          }
        }
      }),
    [store, note, ends],
  );

  const [aliceDesk, bobDesk] = desks;
  useMessageNews(aliceDesk, conversation, told.current, note);
  useMessageNews(bobDesk, conversation, told.current, note);
  const list = useMemo(() => all.slice(0, shown), [all]);
  return { list, all, tally, note };
}

/** Notes, once for each switching, what links make while nobody checks their messages. */
function noteQuarantine(
  statuses: OperationsEvents["links"],
  told: Map<string, string>,
  note: (what: NewConsequence) => void,
): void {
  for (const { id, quarantine } of statuses) {
    const kind = quarantine === null ? null : quarantine.attackerBits > 0 ? "attackerHolds" : "unchecked";
    if ((told.get(id) ?? null) === kind) continue;
    if (quarantine === null || kind === null) told.delete(id);
    else {
      told.set(id, kind);
      note({ kind, link: id, bits: quarantine.bits });
    }
  }
}

/** Notes when one's own messages begin to wait for key and when they are delivered, once each. */
function useMessageNews(
  desk: WatchedDesk | undefined,
  conversation: string | null,
  told: Map<string, string>,
  note: (what: NewConsequence) => void,
): void {
  const api = desk?.api ?? null;
  const name = desk?.name ?? "";
  useEffect(() => {
    if (!api || !conversation) return;
    let gone = false;
    let first = true;
    async function look(engine: MessengerApi, of: string): Promise<void> {
      const messages = await engine.messages(of, { limit: 12 });
      for (const message of messages) {
        const state = message.delivery?.state;
        const known = told.get(message.id);
        if (!message.mine || state === undefined || known === state) continue;
        told.set(message.id, state);
        if (first || gone || known === "delivered") continue;
        if (message.delivery?.state === "waiting-for-key") {
          const { code, reason } = message.delivery;
          note({ kind: "waiting", name, code, reason });
        } else if (state === "delivered" || state === "read") {
          told.set(message.id, "delivered");
          const card = await engine.keyCard(message.id).catch(() => null);
          note({ kind: "delivered", name, links: Math.max(0, (card?.routes[0]?.length ?? 1) - 1) });
        }
      }
      first = false;
    }
    const run = () => void look(api, conversation).catch(() => undefined);
    run();
    const unsubscribe = api.subscribe((event) => {
      if (event.type === "messages") run();
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [api, name, conversation, told, note]);
}
