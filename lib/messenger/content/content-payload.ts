import { type Payload, payloadKinds, payloadText } from "../../protocol/payload.ts";
import { outcomes } from "../../protocol/payload-structured.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { Content, ContentView, Outcome } from "../api/content.ts";

/** Kinds that change something else and are no rows of the thread. */
const changing: readonly number[] = [
  payloadKinds.edit,
  payloadKinds.delete,
  payloadKinds.reaction,
  payloadKinds.timer,
  payloadKinds.title,
];

export function isRow(kind: number): boolean {
  return !changing.includes(kind);
}

/**
 * What a person wrote, as it is encrypted. `hashOf` gives the envelope hash of a message here.
 * @throws whatever `hashOf` throws when there is no such message.
 */
export async function payloadOf(
  content: Content | string,
  hashOf: (message: string) => Promise<Bytes>,
): Promise<Payload> {
  if (typeof content === "string") return { kind: payloadKinds.text, body: content };
  switch (content.kind) {
    case "text":
      if (content.replyTo === undefined) return { kind: payloadKinds.text, body: content.text };
      return {
        kind: payloadKinds.reply,
        body: { target: await hashOf(content.replyTo), text: content.text },
      };
    case "acknowledgement": {
      const { message, outcome, note } = content;
      const body = { target: await hashOf(message), outcome: outcomes[outcome] };
      return { kind: payloadKinds.acknowledgement, body: note === null ? body : { ...body, note } };
    }
    case "formal": {
      const { registration, subject, originator, downgradeAt, copyNumber: copy, copies, text } = content;
      const body = { registrationNumber: registration, subject, originator, copy, copies, text };
      return { kind: payloadKinds.formal, body: downgradeAt === null ? body : { ...body, downgradeAt } };
    }
    case "order": {
      const { kind: _, ...body } = content;
      return { kind: payloadKinds.order, body };
    }
    case "telemetry": {
      const { kind: _, ...body } = content;
      return { kind: payloadKinds.telemetry, body };
    }
    case "payment": {
      const { kind: _, ...body } = content;
      return { kind: payloadKinds.payment, body };
    }
  }
}

/** The words of a payload for search and lists. A formal message gives its subject too, which comes first. */
export function wordsOf(payload: Payload): string {
  switch (payload.kind) {
    case payloadKinds.formal: {
      const { subject, registrationNumber, originator, text } = payload.body;
      return [subject, registrationNumber, originator, text].join("\n");
    }
    case payloadKinds.order: {
      const { action, target, reference, parameters } = payload.body;
      const values = parameters.map(({ name, value }) => `${name} ${value}`);
      return [`${action} ${target}`, reference, ...values].join("\n");
    }
    case payloadKinds.telemetry: {
      const { source, readings } = payload.body;
      return [source, ...readings.map(({ quantity }) => quantity)].join("\n");
    }
    case payloadKinds.payment: {
      const { reference, debtor, creditor, debtorAccount, creditorAccount, purpose } = payload.body;
      return [reference, creditor, debtor, purpose, creditorAccount, debtorAccount].join("\n");
    }
    case payloadKinds.acknowledgement:
      return payload.body.note ?? "";
    default:
      return payloadText(payload);
  }
}

/** What may stand in a list or a quotation: of a formal message the subject only, which is unclassified by rule. */
export function lineOf(payload: Payload): string {
  const words = wordsOf(payload);
  return payload.kind === payloadKinds.text || payload.kind === payloadKinds.reply
    ? words
    : (words.split("\n", 1)[0] ?? "");
}

export function kindOf(payload: Payload): ContentView["kind"] {
  return kinds[payload.kind] ?? "unknown";
}

const kinds: Readonly<Record<number, ContentView["kind"]>> = {
  [payloadKinds.text]: "text",
  [payloadKinds.reply]: "text",
  [payloadKinds.file]: "file",
  [payloadKinds.inlineFile]: "file",
  [payloadKinds.formal]: "formal",
  [payloadKinds.order]: "order",
  [payloadKinds.telemetry]: "telemetry",
  [payloadKinds.payment]: "payment",
  [payloadKinds.acknowledgement]: "acknowledgement",
};

export function outcomeName(outcome: 1 | 2 | 3): Outcome {
  return outcome === outcomes.received ? "received" : outcome === outcomes.done ? "done" : "refused";
}
