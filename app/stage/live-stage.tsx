"use client";

import { useCallback, useEffect, useState } from "react";
import type { TopologyView } from "@/lib/keys/api-types.ts";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { SiteDirectoryProvider } from "@/lib/ui/network/site-directory.ts";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { OperationsProvider, useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useDeviceCommand } from "@/lib/ui/operations/use-device-command.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { renewStageId, stageIdOf } from "./stage-id.ts";
import { StageScreen } from "./stage-screen.tsx";
import { useDesk, useDeskConversation } from "./use-desk.ts";
import { useWiretap } from "./use-wiretap.ts";

export function LiveStage({ user }: { user: SessionUser }) {
  return (
    <SiteDirectoryProvider>
      <OperationsProvider>
        <OperationsGate>{({ topology }) => <Stage user={user} topology={topology} />}</OperationsGate>
      </OperationsProvider>
    </SiteDirectoryProvider>
  );
}

/** Lisbon and Madrid where the network has them, else its first two posts in different countries. */
function firstSites(topology: TopologyView): { alice: string; bob: string } {
  const posts = topology.sites.filter((site) => site.kind === "endpoint");
  const prefer = (id: string, other: (typeof posts)[number] | undefined) =>
    posts.find((site) => site.id === id)?.id ?? other?.id ?? "";
  const alice = prefer("pt-lis-mne", posts[0]);
  const country = posts.find((site) => site.id === alice)?.country;
  return { alice, bob: prefer("es-mad-mfa", posts.find((site) => site.country !== country) ?? posts[1]) };
}

function Stage({ user, topology }: { user: SessionUser; topology: TopologyView }) {
  const { client } = useOperationsStore();
  const [sites, setSites] = useState(() => firstSites(topology));
  const [stage, setStage] = useState<string | null>(null);
  useEffect(() => setStage(stageIdOf(sites.alice, sites.bob)), [sites]);
  const alice = useDesk("alice", sites.alice, stage);
  const bob = useDesk("bob", sites.bob, stage);
  const conversation = useDeskConversation(alice, bob);
  const wiretap = useWiretap();
  const presenter = useEngine({
    user: { id: user.id, name: user.name, site: user.site },
    profile: "default",
  });
  const send = useDeviceCommand(presenter.api, client);
  const renew = useCallback(() => setStage(renewStageId(sites.alice, sites.bob)), [sites]);
  return (
    <StageScreen
      topology={topology}
      sites={sites}
      onSites={setSites}
      alice={alice}
      bob={bob}
      conversation={conversation}
      wiretap={wiretap}
      send={send}
      onRenew={renew}
    />
  );
}
