import type {
  FormalContent,
  OrderContent,
  PaymentContent,
  TelemetryContent,
} from "../../messenger/api/content.ts";
import { minorUnits } from "./structured-card.tsx";

export const formKinds = ["formal", "order", "telemetry", "payment"] as const;
export type FormKind = (typeof formKinds)[number];

type FieldName =
  | "registration"
  | "subject"
  | "originator"
  | "downgradeAt"
  | "copyNumber"
  | "copies"
  | "text"
  | "reference"
  | "target"
  | "action"
  | "notBefore"
  | "notAfter"
  | "source"
  | "quantity"
  | "value"
  | "unit"
  | "debtor"
  | "debtorAccount"
  | "creditor"
  | "creditorAccount"
  | "amount"
  | "currency"
  | "executeAt"
  | "purpose";

export interface FormField {
  readonly name: FieldName;
  readonly type: "text" | "number" | "date" | "datetime-local";
  readonly optional?: boolean;
  readonly initial?: string;
}

const line = (name: FieldName, initial = ""): FormField => ({ name, type: "text", initial });

export const formFields: Readonly<Record<FormKind, readonly FormField[]>> = {
  formal: [
    line("registration"),
    line("subject"),
    line("originator"),
    { name: "downgradeAt", type: "date", optional: true },
    { name: "copyNumber", type: "number", initial: "1" },
    { name: "copies", type: "number", initial: "1" },
    line("text"),
  ],
  order: [
    line("reference"),
    line("action"),
    line("target"),
    { name: "notBefore", type: "datetime-local" },
    { name: "notAfter", type: "datetime-local" },
  ],
  telemetry: [line("source"), line("quantity"), line("value"), { ...line("unit"), optional: true }],
  payment: [
    line("reference"),
    line("creditor"),
    line("creditorAccount"),
    line("debtor"),
    line("debtorAccount"),
    line("amount"),
    line("currency", "EUR"),
    { name: "executeAt", type: "date" },
    { ...line("purpose"), optional: true },
  ],
};

type Filled = FormalContent | OrderContent | TelemetryContent | PaymentContent;

/** What was filled in, or the name of the field that cannot be read. `now`: ms UTC, when a reading was taken. */
export function readForm(
  kind: FormKind,
  values: Readonly<Record<string, string>>,
  now: number,
): Filled | { readonly wrong: FieldName } {
  const text = (name: FieldName) =>
    (values[name] ?? formFields[kind].find((field) => field.name === name)?.initial ?? "").trim();
  const time = (name: FieldName) => new Date(text(name)).getTime();
  if (kind === "formal") {
    return {
      kind,
      registration: text("registration"),
      subject: text("subject"),
      originator: text("originator"),
      downgradeAt: text("downgradeAt") === "" ? null : time("downgradeAt"),
      copyNumber: Number(text("copyNumber")),
      copies: Number(text("copies")),
      text: text("text"),
    };
  }
  if (kind === "order") {
    const times = { notBefore: time("notBefore"), notAfter: time("notAfter") };
    const about = { reference: text("reference"), target: text("target"), action: text("action") };
    return { kind, ...about, parameters: [], ...times };
  }
  if (kind === "telemetry") {
    const number = readDecimal(text("value"));
    if (number === undefined) return { wrong: "value" };
    const reading = { quantity: text("quantity"), ...number, unit: text("unit") };
    return { kind, source: text("source"), measuredAt: now, readings: [reading] };
  }
  const currency = text("currency").toUpperCase();
  const amount = readDecimal(text("amount"));
  const digits = minorUnits(currency);
  if (amount === undefined || amount.mantissa <= 0 || amount.scale > digits) return { wrong: "amount" };
  return {
    kind,
    reference: text("reference"),
    debtor: text("debtor"),
    debtorAccount: text("debtorAccount"),
    creditor: text("creditor"),
    creditorAccount: text("creditorAccount"),
    amount: amount.mantissa * 10 ** (digits - amount.scale),
    currency,
    executeAt: time("executeAt"),
    purpose: text("purpose"),
  };
}

/** "61.5" or "61,5" as 615 / 10^1; undefined when it is no such number. */
function readDecimal(text: string): { readonly mantissa: number; readonly scale: number } | undefined {
  const parts = /^(-?\d{1,12})(?:[.,](\d{1,9}))?$/.exec(text);
  if (!parts) return undefined;
  const [, whole = "", fraction = ""] = parts;
  const mantissa = Number(`${whole}${fraction}`);
  return Number.isSafeInteger(mantissa) ? { mantissa, scale: fraction.length } : undefined;
}
