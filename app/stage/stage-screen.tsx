"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { TopologyView } from "@/lib/keys/api-types.ts";
import { linksOnRoute, suggestLink } from "@/lib/scenarios/suggested-link.ts";
import { LinkDetail } from "@/lib/ui/network/link-detail.tsx";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { SiteCard } from "@/lib/ui/network/site-card.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import type { SendCommand } from "@/lib/ui/operations/use-device-command.ts";
import { ConsequenceList } from "@/lib/ui/stage/consequence-list.tsx";
import { shownByScene, showsWholeMap } from "@/lib/ui/stage/picture.ts";
import { SignatureMap } from "@/lib/ui/stage/signature-map.tsx";
import { DeskPane } from "./desk-pane.tsx";
import { PanicNotice } from "./panic-notice.tsx";
import { PresenterScreen } from "./presenter/presenter-screen.tsx";
import { RecordingFull } from "./recording-full.tsx";
import { ReplayScreen } from "./replay-screen.tsx";
import { ReportScreen } from "./report-screen.tsx";
import { StageControls } from "./stage-controls.tsx";
import { StageHeader } from "./stage-header.tsx";
import { StageMap } from "./stage-map.tsx";
import { type StageMode, StageModes, useStageMode } from "./stage-modes.tsx";
import { useConsequences } from "./use-consequences.ts";
import { type Desk, useKnowsConversation } from "./use-desk.ts";
import { useBoothStop, useDirector, usePresenterKeys } from "./use-director.ts";
import { usePair } from "./use-pair.ts";
import { usePanic } from "./use-panic.ts";
import { useStageFeed } from "./use-stage-feed.ts";
import type { Wiretap } from "./use-wiretap.ts";
import { WirePane } from "./wire-pane.tsx";

const nothingPlayed = { route: null, link: null } as const;

interface StageScreenProps {
  readonly topology: TopologyView;
  readonly sites: { readonly alice: string; readonly bob: string };
  readonly onSites: (sites: { alice: string; bob: string }) => void;
  readonly alice: Desk;
  readonly bob: Desk;
  readonly conversation: string | null;
  readonly wiretap: Wiretap;
  readonly send: SendCommand | null;
  readonly onRenew: () => void;
}

/** Map and controls above, the three panes below: Alice, what is on the wire, Bob. */
export function StageScreen(props: StageScreenProps) {
  const { topology, sites, alice, bob, conversation } = props;
  const t = useTranslations("stage");
  const { links } = useOperations();
  const pair = usePair(sites.alice, sites.bob);
  const names = useMemo(() => siteNames(topology), [topology]);
  const nameOf = useCallback((site: string) => names.get(site) ?? site, [names]);
  const nameOfLink = useCallback(
    (id: string) => {
      const link = topology.links.find((one) => one.id === id);
      return link ? linkName(link, names) : id;
    },
    [topology, names],
  );
  const desks = useMemo(
    () => [
      { name: t("alice"), api: alice.api },
      { name: t("bob"), api: bob.api },
    ],
    [t, alice.api, bob.api],
  );
  const { list, all, tally, note } = useConsequences(pair, desks, conversation);
  const [chosen, setChosen] = useState<string | null>(null);
  const [picked, setPicked] = useState(false);
  const [hovered, setHovered] = useState<{ link: string | null; site: string | null }>({
    link: null,
    site: null,
  });
  const route = pair?.route ?? null;
  const onRoute = useMemo(
    () => (route ? linksOnRoute(topology.links, links, route) : []),
    [route, topology, links],
  );

  useEffect(() => {
    if (picked || !route || chosen !== null) return;
    setChosen(suggestLink(topology.links, links, route));
  }, [picked, route, chosen, topology, links]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other posts, another route, another suggestion
  useEffect(() => {
    setChosen(null);
    setPicked(false);
  }, [sites.alice, sites.bob]);

  const choose = useCallback((link: string) => {
    setPicked(true);
    setChosen(link);
  }, []);
  const hoverLink = useCallback((link: string | null) => setHovered({ link, site: null }), []);
  const hoverSite = useCallback((site: string | null) => setHovered({ link: null, site }), []);
  const shownLink = topology.links.find((link) => link.id === hovered.link);
  const shownSite = topology.sites.find((site) => site.id === hovered.site);
  const [aliceId, bobId] = [alice.user?.id, bob.user?.id];
  const nameOfUser = useCallback(
    (user: string) => (user === aliceId ? t("alice") : user === bobId ? t("bob") : user.slice(0, 8)),
    [aliceId, bobId, t],
  );
  const nameOfAny = useCallback((id: string) => names.get(id) ?? nameOfLink(id), [names, nameOfLink]);
  const [mode, setMode] = useStageMode();
  const [signatureStep, setSignatureStep] = useState(0);
  const bobKnows = useKnowsConversation(bob.api, conversation);
  const { send } = props;
  const { frames } = props.wiretap;
  const now = useMemo(
    () => ({ sites, alice, bob, conversation, bobKnows, send, frames }),
    [sites, alice, bob, conversation, bobKnows, send, frames],
  );
  const direction = useDirector(now, props.onSites);
  const { director, state } = direction;
  usePresenterKeys(mode === "present" && !state.booth, direction);
  const stopBooth = useCallback(() => void director.stop(), [director]);
  useBoothStop(state.booth, stopBooth);
  const showMode = (next: StageMode) => {
    setMode(next);
    if (next !== "present") director.stopBooth();
  };
  const leave = useCallback(() => setMode("desk"), [setMode]);
  const panic = usePanic(direction, leave);
  const inTime = mode === "present" && state.scene.id === "map-2021";
  const playedStep = state.scene.steps.at(-1)?.signatures;
  // The scene moves the slider; when it has ended the presenter may.
  useEffect(() => {
    if (playedStep !== undefined) setSignatureStep(playedStep);
  }, [playedStep]);
  const { feed, fullSince } = useStageFeed({
    topology,
    sites,
    route,
    wiretap: props.wiretap,
    conversation,
    nameOfUser,
    happened: list,
    alice,
    bob,
    scene: mode === "present" ? state.scene : null,
    signatures: mode === "signatures" || inTime ? signatureStep : null,
  });
  const happened = (
    <ConsequenceList
      list={list}
      nameOfLink={nameOfLink}
      nameOfSite={nameOf}
      ends={{ a: t("alice"), b: t("bob") }}
    />
  );
  const played = mode === "present" ? shownByScene(state.scene) : nothingPlayed;
  const map = (
    <StageMap
      topology={topology}
      whole={mode === "present" && showsWholeMap(state.scene)}
      route={played.route ?? route}
      ends={[sites.alice, sites.bob]}
      chosen={played.link ?? chosen}
      onChoose={choose}
      onHoverLink={hoverLink}
      onHoverSite={hoverSite}
    >
      {shownLink || shownSite ? (
        <div className="pointer-events-none absolute top-2 left-2 w-72 rounded-md border border-line bg-surface p-3 shadow-over">
          {shownLink ? (
            <LinkDetail
              brief
              link={shownLink}
              status={links.get(shownLink.id)}
              name={linkName(shownLink, names)}
              sources={topology.sources}
            />
          ) : shownSite ? (
            <SiteCard site={shownSite} sources={topology.sources} />
          ) : null}
        </div>
      ) : null}
    </StageMap>
  );
  return (
    <div
      className={`flex min-h-0 flex-1 flex-col xl:flex-none ${mode === "report" ? "" : "xl:h-[calc(100dvh-4.5rem)] xl:min-h-[54rem]"}`}
    >
      <StageHeader topology={topology} sites={sites} onSites={props.onSites} pair={pair}>
        <StageModes
          mode={mode}
          onMode={showMode}
          booth={state.booth}
          onBooth={() => {
            setMode("present");
            void director.startBooth();
          }}
          onPanic={panic.run}
          panicking={panic.busy}
        />
      </StageHeader>
      <PanicNotice busy={panic.busy} report={panic.report} problem={panic.problem} onClose={panic.dismiss} />
      {state.booth ? (
        <p className="bg-accent-wash px-4 py-1.5 text-center text-lg font-medium" data-booth="">
          {t("boothRunning")}
        </p>
      ) : null}
      {feed && fullSince !== null ? (
        <RecordingFull since={fullSince} onAnew={() => feed.recordAnew()} />
      ) : null}
      {mode === "present" ? (
        <PresenterScreen
          direction={direction}
          nameOf={nameOfAny}
          map={inTime ? <SignatureMap step={signatureStep} onStep={setSignatureStep} /> : map}
          happened={happened}
        />
      ) : null}
      {mode === "signatures" ? (
        <div className="min-h-0 flex-1 max-xl:min-h-[40rem]">
          <SignatureMap step={signatureStep} onStep={setSignatureStep} />
        </div>
      ) : null}
      {mode === "replay" && feed ? <ReplayScreen feed={feed} /> : null}
      {mode === "report" && feed ? (
        <ReportScreen
          network={topology.network}
          seed={feed.seed}
          played={state.played}
          happened={all}
          tally={tally}
          nameOf={nameOfAny}
          nameOfLink={nameOfLink}
        />
      ) : null}
      {mode === "desk" ? (
        <>
          <div className="grid min-h-0 border-b border-line xl:flex-[6] xl:grid-cols-[minmax(0,1fr)_28rem] xl:grid-rows-[minmax(0,1fr)]">
            {map}
            <div className="flex min-h-0 flex-col border-line bg-surface max-xl:border-t xl:border-l">
              <StageControls
                topology={topology}
                statuses={links}
                onRoute={onRoute}
                route={route}
                nameOf={nameOf}
                api={alice.api}
                conversation={conversation}
                chosen={chosen}
                onChoose={choose}
                nameOfLink={nameOfLink}
                send={props.send}
                note={note}
              />
              {happened}
            </div>
          </div>
          <div className="grid min-h-0 gap-px bg-line max-xl:auto-rows-[32rem] xl:flex-[5] xl:grid-cols-3 xl:grid-rows-[minmax(0,1fr)]">
            <DeskPane
              desk={alice}
              siteName={nameOf(sites.alice)}
              otherName={t("bob")}
              conversation={conversation}
              onRenew={props.onRenew}
            />
            <WirePane wiretap={props.wiretap} conversation={conversation} nameOfUser={nameOfUser} />
            <DeskPane
              desk={bob}
              siteName={nameOf(sites.bob)}
              otherName={t("alice")}
              conversation={conversation}
              onRenew={props.onRenew}
            />
          </div>
        </>
      ) : null}
    </div>
  );
}
