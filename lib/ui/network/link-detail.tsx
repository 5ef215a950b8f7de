"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { LinkStatus, LinkView, TopologyView } from "../../keys/api-types.ts";
import { Badge } from "../badge.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Meter } from "../meter.tsx";
import { Term } from "../term.tsx";
import { EvidenceTable } from "./evidence-table.tsx";
import { LinkState, poolTone } from "./link-state.tsx";
import { ParameterList } from "./parameter-list.tsx";

interface LinkDetailProps {
  readonly link: LinkView;
  readonly status: LinkStatus | undefined;
  readonly name: string;
  readonly sources: TopologyView["sources"];
  readonly brief?: boolean;
}

/** Everything about one link: what it is, what it does, where the plan of it comes from. */
export function LinkDetail({ link, status, name, sources, brief = false }: LinkDetailProps) {
  const t = useTranslations("health");
  const links = useTranslations("link");
  const provenance = useTranslations("provenance");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const block = status?.lastBlock ?? null;
  return (
    <div className="grid gap-3 text-sm">
      <div className="grid gap-1">
        <h3 className="text-base font-semibold">{name}</h3>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-soft">
          {status ? <LinkState condition={status.condition} kind={link.kind} /> : null}
          <span>{links(`kind.${link.kind}`)}</span>
          {link.lengthKm ? (
            <span>{units("kilometres", { value: quantity.number(link.lengthKm, 1) })}</span>
          ) : null}
        </p>
      </div>
      {status?.alarm ? (
        <Badge tone="alarm" icon="alarm">
          <span className="whitespace-normal">{links(`cause.${status.alarm}`)}</span>
        </Badge>
      ) : null}
      {status?.warning ? (
        <Badge tone="warn" icon="alarm">
          <span className="whitespace-normal">{links(`cause.${status.warning}`)}</span>
        </Badge>
      ) : null}
      {status ? (
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          <Fact name={<Term name="QBER">{t("column.qber")}</Term>}>
            {status.qber === null ? "—" : quantity.percent(status.qber, 2)}
          </Fact>
          <Fact name={t("column.rate")}>{quantity.rate(status.secretBitsPerSecond)}</Fact>
          <Fact name={<Term name="pool">{t("column.pool")}</Term>}>
            {quantity.data(status.availableBytes)} / {quantity.data(status.capacityBytes)}
          </Fact>
        </dl>
      ) : null}
      {status ? (
        <Meter
          ratio={status.capacityBytes > 0 ? status.availableBytes / status.capacityBytes : 0}
          tone={poolTone(status)}
          label={t("column.pool")}
        />
      ) : null}
      {brief || !status ? null : <EvidenceTable status={status} />}
      {brief || !status ? null : (
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-t border-line pt-2">
          <Fact name={t("loss")}>{quantity.number(link.lossDb, 1)} dB</Fact>
          <Fact name={t("reserve")}>{quantity.data(status.authenticationBytes)}</Fact>
          <Fact name={t("clockFactor")}>
            {status.clockFactor === null
              ? "—"
              : t("clockFactorValue", { factor: quantity.number(status.clockFactor, 1) })}
          </Fact>
          <Fact name={t("blocks")}>
            {quantity.number(status.blocks, 0)} / {quantity.number(status.aborts, 0)}
          </Fact>
          {status.reconciliation?.methods.map(
            ({ method, chosen, msPerMegabit, roundTrips, secretBitsPerSecond }) => (
              <Fact
                key={method}
                name={t(chosen ? "reconciliationChosen" : "reconciliationOther", {
                  method: t(`reconciliationBy.${method}`),
                })}
              >
                {t("reconciliationCost", {
                  rate: secretBitsPerSecond === null ? "—" : quantity.number(secretBitsPerSecond, 0),
                  milliseconds: quantity.number(msPerMegabit, 0),
                  trips: quantity.number(roundTrips, 0),
                })}
              </Fact>
            ),
          )}
          {block ? (
            <>
              <Fact name={t("lastBlock")}>{quantity.clock(block.at)}</Fact>
              <Fact name={t("detections")}>{quantity.number(block.detections, 0)}</Fact>
              <Fact name={t("sifted")}>{quantity.number(block.siftedBits, 0)}</Fact>
              <Fact name={t("phaseError")}>{quantity.percent(block.phaseErrorBound, 2)}</Fact>
              <Fact name={t("leaked")}>{quantity.number(block.leakedBits, 0)}</Fact>
              <Fact name={t("reconciliation")}>{t(`reconciliationBy.${block.reconciliation}`)}</Fact>
              <Fact name={t("efficiency")}>{quantity.number(block.reconciliationEfficiency, 3)}</Fact>
              <Fact name={t("secret")}>{quantity.number(block.secretBits, 0)}</Fact>
              <Fact name={<Term name="epsilon">ε</Term>}>
                10<sup>−{block.epsilonExponent}</sup>
              </Fact>
            </>
          ) : (
            <Fact name={t("lastBlock")}>{t("noBlock")}</Fact>
          )}
        </dl>
      )}
      {brief || !link.parameters ? null : <ParameterList parameters={link.parameters} />}
      <p className="border-t border-line pt-2 text-xs text-ink-soft">
        <span className="font-medium text-ink">{provenance("label")}: </span>
        {provenance(link.provenance)}
        {link.source ? (
          <span className="block break-words">{sources[link.source] ?? link.source}</span>
        ) : null}
        {link.note ? <span className="block">{link.note}</span> : null}
      </p>
    </div>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="text-right font-medium">{children}</dd>
    </>
  );
}
