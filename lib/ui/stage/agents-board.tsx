"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import type { GridState, PaymentsState } from "../../scenarios/agents/agent-states.ts";
import type { AgentView } from "../../scenarios/scenes/theatre.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Notice, Waiting } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import { usePostName } from "../use-post-name.ts";
import { AgentAttack } from "./agent-attack.tsx";
import { AgentFigures } from "./agent-figures.tsx";

type Give = (agents: readonly AgentView[], command: string, input?: unknown) => Promise<void>;

interface AgentsBoardProps {
  /** null before the first answer. */
  readonly agents: readonly AgentView[] | null;
  /** Why the last question had no answer. */
  readonly problem: unknown;
  readonly reload: () => Promise<void>;
  /** @throws VernamError when the agent refuses or is not there. */
  readonly command: (handle: string, name: string, input: unknown) => Promise<unknown>;
}

interface SectionProps<State> {
  readonly agents: readonly AgentView[];
  readonly states: readonly State[];
  readonly give: Give;
  readonly busy: boolean;
}

/** The programs that work beside the people: start and stop them, attack them, and see what they do and what it costs. */
export function AgentsBoard({ agents, problem, reload, command }: AgentsBoardProps) {
  const t = useTranslations("agents");
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  const give: Give = async (to, name, input) => {
    setBusy(true);
    setRefusal(null);
    try {
      for (const { handle } of to) await command(handle, name, input);
    } catch (error) {
      setRefusal(errorText(error));
    } finally {
      setBusy(false);
      await reload();
    }
  };

  if (agents === null)
    return problem === null ? (
      <Waiting>{t("loading")}</Waiting>
    ) : (
      <Notice tone="warn" icon="failed" title={t("unreachable")}>
        {errorText(problem)}
      </Notice>
    );
  if (agents.length === 0) return <p className="text-ink-soft">{t("none")}</p>;
  const ofKind = (kind: AgentView["kind"]) => agents.filter((agent) => agent.kind === kind);
  const [grid, payments, custodians] = [ofKind("grid"), ofKind("payments"), ofKind("custodian")];
  return (
    <section aria-label={t("title")} className="grid gap-4" aria-busy={busy || undefined}>
      <GridSection agents={grid} states={statesOf<GridState>(grid)} give={give} busy={busy} />
      <PaymentsSection agents={payments} states={statesOf<PaymentsState>(payments)} give={give} busy={busy} />
      <Kind title={t("kind.custodian")} agents={custodians} running={null} />
      {refusal ? (
        <Notice tone="alarm" icon="failed" urgent title={t("refused")}>
          {refusal}
        </Notice>
      ) : null}
    </section>
  );
}

/** Duties' states of the agents that have told one. */
function statesOf<State>(agents: readonly AgentView[]): readonly State[] {
  return agents.flatMap(({ state }) => (state?.duty == null ? [] : [state.duty as State]));
}

interface KindProps {
  readonly title: string;
  readonly agents: readonly AgentView[];
  /** null: these are always at work. */
  readonly running: boolean | null;
  readonly children?: ReactNode;
}

function Kind({ title, agents, running, children }: KindProps) {
  const t = useTranslations("agents");
  const nameOf = usePostName();
  const here = agents.filter(({ connected }) => connected).length;
  const [tone, icon, text] =
    here < agents.length
      ? (["warn", "hourglass", t("someAway", { here, of: agents.length })] as const)
      : running === false
        ? (["idle", "pause", t("stopped")] as const)
        : (["ok", "check", t(running === null ? "ready" : "running")] as const);
  return (
    <section aria-label={title} className="grid gap-2 border-t border-line pt-2">
      <header className="flex flex-wrap items-baseline justify-between gap-2">
        <h3 className="font-semibold">{title}</h3>
        <Badge tone={tone} icon={icon}>
          {text}
        </Badge>
      </header>
      <p className="text-sm text-ink-soft">{agents.map(({ name }) => nameOf(name).whole).join(" · ")}</p>
      {children}
    </section>
  );
}

function GridSection({ agents, states, give, busy }: SectionProps<GridState>) {
  const t = useTranslations("agents");
  const running = states.some((state) => state.running);
  const victim = agents.at(-1);
  const attack = states.find(({ lastAttack }) => lastAttack !== null)?.lastAttack;
  const waiting = states.find((state) => state.running && state.waiting !== null);
  return (
    <Kind title={t("kind.grid")} agents={agents} running={running}>
      <div className="flex flex-wrap gap-2">
        <Button
          size="small"
          tone={running ? "plain" : "primary"}
          icon={running ? "pause" : "pulse"}
          busy={busy}
          onClick={() => void give(agents, running ? "stop" : "start")}
        >
          {t(running ? "stop" : "start")}
        </Button>
        <Button
          size="small"
          tone="danger"
          icon="tap"
          busy={busy}
          disabled={!victim?.connected}
          onClick={() => void give(victim ? [victim] : [], "forge-breaker", { method: "all" })}
        >
          {t("forge")}
        </Button>
      </div>
      {waiting ? <p className="text-sm text-warn">{t("waiting")}</p> : null}
      <AgentFigures
        keys={states.flatMap(({ keys }) => keys)}
        latencies={[
          {
            label: t("readingLatency"),
            value: slowest(states.map((state) => state.readingsReceived.median)),
          },
          { label: t("orderRoundTrip"), value: slowest(states.map((state) => state.orderRoundTrip.median)) },
        ]}
        counts={[
          { label: t("ordersExecuted"), value: total(states.map((state) => state.ordersExecuted)) },
          {
            label: t("forgeriesRefused"),
            value: total(states.map(forgeriesRefused)),
          },
        ]}
      />
      {attack ? <AgentAttack results={attack.results} /> : null}
    </Kind>
  );
}

/** The one whose name was abused refuses the same entries too, as not its own: they count where they were aimed at. */
function forgeriesRefused({ refusals }: GridState): number {
  return total(Object.entries(refusals).map(([code, count]) => (code === "sender.self" ? 0 : count)));
}

function PaymentsSection({ agents, states, give, busy }: SectionProps<PaymentsState>) {
  const t = useTranslations("agents");
  const quantity = useQuantity();
  const payer = agents[0];
  const running = states.some((state) => state.running);
  const batch = states[0]?.lastBatch ?? null;
  const pay = (suite: "AES" | "OTP") => give(payer ? [payer] : [], "run-batch", { transfers: 20, suite });
  return (
    <Kind title={t("kind.payments")} agents={agents} running={running ? true : null}>
      <div className="flex flex-wrap gap-2">
        {(["AES", "OTP"] as const).map((suite) => (
          <Button
            key={suite}
            size="small"
            icon="send"
            busy={busy}
            disabled={!payer?.connected}
            onClick={() => void pay(suite)}
          >
            {t("runBatch", { suite })}
          </Button>
        ))}
        <Button
          size="small"
          tone="quiet"
          icon={running ? "pause" : "pulse"}
          busy={busy}
          disabled={!payer?.connected}
          onClick={() => void give(payer ? [payer] : [], running ? "stop" : "start")}
        >
          {t(running ? "stopBatches" : "startBatches")}
        </Button>
      </div>
      <AgentFigures
        keys={states.flatMap(({ keys }) => keys)}
        latencies={[
          { label: t("settlementTime"), value: slowest(states.map((state) => state.settlementTime.median)) },
        ]}
        counts={[
          { label: t("settled"), value: total(states.map((state) => state.settled.count)) },
          { label: t("booked"), value: total(states.map((state) => state.booked.count)) },
        ]}
      />
      {batch ? (
        <p className="text-sm" aria-live="polite" data-batch={batch.settled}>
          {t("batch", {
            settled: batch.settled,
            transfers: batch.transfers,
            suite: batch.suite,
            time: quantity.number(batch.milliseconds / 1000, 1),
            key: quantity.data(batch.keyBits / 8),
            pad: quantity.data(batch.otpBits / 8),
          })}{" "}
          {t(batch.agreed === null ? "agreedUnknown" : batch.agreed ? "agreed" : "disagreed")}
        </p>
      ) : null}
    </Kind>
  );
}

function slowest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
