import type { Payload } from "../../lib/protocol/payload.ts";

const at = 1_780_000_000_000;
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

/** One payload of each kind, by name: for tests and for the published vectors. `target` is an envelope hash. */
export function payloadExamples(target: Uint8Array<ArrayBuffer>): readonly (readonly [string, Payload])[] {
  return [
    ["text", { kind: 1, body: "To Madrid, from Lisbon: agreed. ção 🜲" }],
    ["reply", { kind: 2, body: { target, text: "Agreed too." } }],
    ["edit", { kind: 3, body: { target, text: "To Madrid, from Lisbon: not agreed." } }],
    ["delete", { kind: 4, body: { target } }],
    ["reaction", { kind: 5, body: { target, emoji: "👍", on: true } }],
    ["timer", { kind: 6, body: { seconds: 86_400 } }],
    ["title", { kind: 7, body: { title: "Interconnection, winter" } }],
    [
      "file",
      {
        kind: 8,
        body: {
          fileId: filled(16, 1),
          name: "mapa.png",
          mediaType: "image/png",
          size: 70_000,
          chunks: 2,
          hash: filled(64, 2),
          key: filled(32, 3),
          noncePrefix: filled(7, 4),
          preview: { mediaType: "image/webp", bytes: filled(40, 5), width: 1920, height: 1080 },
          caption: "The map",
        },
      },
    ],
    [
      "inline-file",
      { kind: 9, body: { name: "nota.txt", mediaType: "text/plain", bytes: filled(20, 0x61) } },
    ],
    [
      "formal",
      {
        kind: 10,
        body: {
          registrationNumber: "MNE/2026/00417",
          subject: "Interconnection capacity",
          originator: "Ministry of Foreign Affairs, Lisbon",
          downgradeAt: at + 365 * 86_400_000,
          copy: 1,
          copies: 3,
          text: "Text of the message.",
        },
      },
    ],
    [
      "order",
      {
        kind: 11,
        body: {
          reference: "ORD-7",
          target: "Substation Alqueva, breaker 7",
          action: "open",
          parameters: [{ name: "mode", value: "remote" }],
          notBefore: at,
          notAfter: at + 60_000,
        },
      },
    ],
    [
      "telemetry",
      {
        kind: 12,
        body: {
          source: "Substation Alqueva",
          measuredAt: at,
          readings: [
            { quantity: "frequency", mantissa: 49_987, scale: 3, unit: "Hz" },
            { quantity: "temperature", mantissa: -35, scale: 1, unit: "°C" },
          ],
        },
      },
    ],
    [
      "payment",
      {
        kind: 13,
        body: {
          reference: "PAY-2026-001",
          debtor: "Treasury, Lisbon",
          debtorAccount: "PT50000201231234567890154",
          creditor: "Treasury, Madrid",
          creditorAccount: "ES9121000418450200051332",
          amount: 1_250_000,
          currency: "EUR",
          executeAt: at + 86_400_000,
          purpose: "Balancing energy, June",
        },
      },
    ],
    ["acknowledgement", { kind: 14, body: { target, outcome: 2, note: "Breaker 7 is open." } }],
  ];
}
