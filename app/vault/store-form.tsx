"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useCallback, useState } from "react";
import type { Level, MessengerApi, MessengerEvents } from "@/lib/messenger/messenger-api.ts";
import type { Vault } from "@/lib/scenarios/vault/vault.ts";
import { largestDocument } from "@/lib/scenarios/vault/vault-plan.ts";
import { custodianTitle } from "@/lib/scenarios/vault/vault-post.ts";
import { Button } from "@/lib/ui/button.tsx";
import { SelectField, TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { useDeed } from "@/lib/ui/messenger/use-deed.ts";
import { useMessengerQuery } from "@/lib/ui/messenger/use-messenger-query.ts";
import { Notice, Waiting } from "@/lib/ui/notice.tsx";
import { usePostName } from "@/lib/ui/use-post-name.ts";
import { CustodianTicks } from "./custodian-ticks.tsx";
import { StorePrice, useStorePrice } from "./store-price.tsx";

interface StoreFormProps {
  readonly api: MessengerApi;
  readonly vault: Vault;
  /** With the name of what was stored, or null when nothing was. */
  readonly onDone: (name: string | null) => void;
}

const levels = ["0", "1", "2", "3"] as const;
const isContacts = ({ type }: MessengerEvents) => type === "contacts" || type === "state";
const loadContacts = (api: MessengerApi) => api.contacts();

/** Which document, over whom, how many give it back, who consents, and what that costs in key, before anything is sent. */
export function StoreForm({ api, vault, onDone }: StoreFormProps) {
  const t = useTranslations("vault");
  const common = useTranslations("common");
  const levelName = useTranslations("messages.levelName");
  const quantity = useQuantity();
  const postName = usePostName();
  const loadCustodians = useCallback(() => vault.custodians(), [vault]);
  const { value: custodians } = useMessengerQuery(api, loadCustodians, isContacts);
  const { value: contacts } = useMessengerQuery(api, loadContacts, isContacts);
  const [file, setFile] = useState<File | null>(null);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [wanted, setWanted] = useState(3);
  const [consenter, setConsenter] = useState("");
  const [level, setLevel] = useState<Level>(0);
  const { busy, failure, run } = useDeed();
  const chosen = (custodians ?? []).filter(({ user }) => !left.has(user));
  const threshold = Math.max(2, Math.min(wanted, chosen.length));
  const people = (contacts ?? []).filter(
    ({ hasDevice, name }) => hasDevice && !name.startsWith(`${custodianTitle}, `),
  );
  const problem = problemOf(file);
  const ready = file !== null && problem === null && chosen.length >= 2;
  const price = useStorePrice(
    vault,
    ready ? { file, threshold, chosen, level, consent: consenter !== "" } : null,
  );

  function store(event: FormEvent) {
    event.preventDefault();
    if (!ready || file === null) return;
    void run(async () => {
      const content = new Uint8Array(await file.arrayBuffer());
      const second = people.find(({ user }) => user === consenter);
      const { name } = file;
      await vault.store({
        name,
        content,
        threshold,
        custodians: chosen,
        consenter: second ? { user: second.user, name: second.name, site: second.site } : null,
        level,
      });
      onDone(name);
    });
  }

  if (custodians === undefined) return <Waiting>{t("opening")}</Waiting>;
  if (custodians.length < 2) {
    return (
      <Notice
        tone="warn"
        icon="alarm"
        title={t("noCustodians")}
        actions={<Button onClick={() => onDone(null)}>{common("close")}</Button>}
      >
        {t("noCustodiansText")}
      </Notice>
    );
  }
  const largest = quantity.data(largestDocument(file?.name ?? ""));
  return (
    <form
      onSubmit={store}
      aria-label={t("store")}
      className="grid gap-5 rounded-lg border border-line bg-surface p-4 sm:p-6"
    >
      <TextField
        label={t("file")}
        type="file"
        data-vault-file=""
        className="py-1.5"
        help={t("fileHelp", { size: largest })}
        error={problem === null ? undefined : t(problem, { size: largest })}
        onChange={(event) => setFile(event.target.files?.[0] ?? null)}
      />
      <CustodianTicks custodians={custodians} left={left} onChange={setLeft} />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <SelectField
          label={t("threshold")}
          value={String(threshold)}
          onChange={(event) => setWanted(Number(event.target.value))}
          help={t("thresholdHelp", { lost: Math.max(0, chosen.length - threshold), fewer: threshold - 1 })}
        >
          {Array.from({ length: Math.max(1, chosen.length - 1) }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the options are numbers
            <option key={i} value={i + 2}>
              {t("thresholdOption", { threshold: i + 2, total: chosen.length })}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("consenter")}
          value={consenter}
          onChange={(event) => setConsenter(event.target.value)}
          help={t("consenterHelp")}
        >
          <option value="">{t("consenterNone")}</option>
          {people.map(({ user, name }) => (
            <option key={user} value={user}>
              {optionName(postName(name))}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("level")}
          value={String(level)}
          onChange={(event) => setLevel(Number(event.target.value) as Level)}
        >
          {levels.map((one) => (
            <option key={one} value={one}>
              {levelName(one)}
            </option>
          ))}
        </SelectField>
        <StorePrice price={ready ? price : null} count={chosen.length} />
      </div>
      {failure ? (
        <p role="alert" className="text-sm text-alarm">
          {failure}
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          tone="primary"
          icon="vault"
          busy={busy}
          disabled={!ready || price.bits === null}
        >
          {t(busy ? "storing" : "storeNow")}
        </Button>
        <Button onClick={() => onDone(null)}>{common("cancel")}</Button>
      </div>
    </form>
  );
}

function problemOf(file: File | null): "empty" | "tooLarge" | null {
  if (file === null) return null;
  if (file.size === 0) return "empty";
  return file.size > largestDocument(file.name) ? "tooLarge" : null;
}

function optionName({ place, title }: { readonly place: string; readonly title: string }): string {
  return title === "" ? place : `${place}: ${title}`;
}
