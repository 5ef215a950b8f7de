"use client";

import { useEffect, useState } from "react";
import { StageScreen } from "@/app/stage/stage-screen.tsx";
import type { Desk } from "@/app/stage/use-desk.ts";
import type { WireFrame } from "@/lib/scenarios/wire-frame.ts";
import { SiteDirectoryProvider } from "@/lib/ui/network/site-directory.ts";
import type { OperationsClient } from "@/lib/ui/operations/operations-client.ts";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { OperationsProvider } from "@/lib/ui/operations/operations-provider.tsx";
import { createFakeMessenger } from "../fixtures/fake-messenger.ts";
import { createFakeOperations } from "../fixtures/fake-network.ts";

interface Sample {
  readonly operations: OperationsClient;
  readonly alice: Desk;
  readonly bob: Desk;
  readonly frames: readonly WireFrame[];
}

const conversation = "c0".padEnd(32, "0");

/** The stage over sample data: nothing is encrypted and no key is made. */
export function SampleStage() {
  const [sample, setSample] = useState<Sample | null>(null);
  const [sites, setSites] = useState({ alice: "pt-lis-mne", bob: "es-mad-mfa" });
  useEffect(() => setSample(makeSample(Date.now())), []);
  if (!sample) return null;
  return (
    <SiteDirectoryProvider network="nine">
      <OperationsProvider client={sample.operations}>
        <OperationsGate>
          {({ topology }) => (
            <StageScreen
              topology={topology}
              sites={sites}
              onSites={setSites}
              alice={sample.alice}
              bob={sample.bob}
              conversation={conversation}
              wiretap={{ connected: true, frames: sample.frames }}
              send={async () => undefined}
              onRenew={() => undefined}
            />
          )}
        </OperationsGate>
      </OperationsProvider>
    </SiteDirectoryProvider>
  );
}

function makeSample(now: number): Sample {
  const desk = (side: Desk["side"]): Desk => ({
    side,
    user: { id: (side === "alice" ? "a1" : "b0").repeat(16), name: side, site: "" },
    api: createFakeMessenger({ now }),
    state: { phase: "ready" },
    problem: null,
  });
  return {
    operations: createFakeOperations(now),
    alice: desk("alice"),
    bob: desk("bob"),
    frames: [
      sampleFrame(3, "b0", "receipt", 214, now),
      sampleFrame(2, "a1", "envelope", 672, now),
      sampleFrame(1, "a1", "roster", 512, now),
    ],
  };
}

function sampleFrame(
  n: number,
  who: string,
  event: WireFrame["event"],
  size: number,
  now: number,
): WireFrame {
  const envelope = event === "envelope";
  return {
    id: String(n),
    at: now - (4 - n) * 1200,
    event,
    conversation,
    sender: who.repeat(16),
    size,
    bytes: Uint8Array.from({ length: size }, (_, i) => (i * 167 + n * 31 + (i >> 3) * 59) & 0xff),
    suite: envelope ? "OTP" : null,
    sequence: envelope ? n : null,
    drawRecord: envelope ? "7c21".repeat(32) : null,
    paddedBytes: envelope ? 256 : null,
    ciphertext: envelope ? { from: 300, to: 556 } : null,
  };
}
