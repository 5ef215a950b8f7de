"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useState } from "react";
import { Button } from "@/lib/ui/button.tsx";
import { Empty, Notice, Waiting } from "@/lib/ui/notice.tsx";
import { administrationRoles, type SessionUser, stageRoles } from "@/lib/ui/session-user.ts";
import { doorOf } from "@/lib/ui/sign-in/destination.ts";
import { loadPosts, type PostEntry } from "@/lib/ui/sign-in/load-posts.ts";
import { originOfPost, postOfHost } from "@/lib/ui/sign-in/post-host.ts";
import { PostList } from "./post-list.tsx";
import { type SignInFailure, signInWith } from "./sign-in-with.ts";

interface PostChooserProps {
  readonly destination: string;
  readonly user: SessionUser | null;
  readonly askedPost: string | null;
}

/** Demonstration mode: one click signs in as a post, at the post's own address. */
export function PostChooser({ destination, user, askedPost }: PostChooserProps) {
  const t = useTranslations("signIn");
  const tc = useTranslations("common");
  const [posts, setPosts] = useState<readonly PostEntry[] | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  const [signingIn, setSigningIn] = useState<string | null>(null);
  const [failure, setFailure] = useState<SignInFailure | null>(null);
  const [listWanted, setListWanted] = useState(false);

  const load = useCallback(() => {
    setUnreachable(false);
    loadPosts().then(setPosts, () => setUnreachable(true));
  }, []);
  useEffect(load, [load]);

  const signInHere = useCallback(
    async (handle: string, name: string) => {
      setFailure(null);
      setSigningIn(name);
      const failed = await signInWith("post", { handle });
      if (failed === null) {
        window.location.assign(destination);
        return;
      }
      setSigningIn(null);
      setFailure(failed);
    },
    [destination],
  );

  const open = useCallback(
    (post: PostEntry, here: boolean) => {
      const origin = here ? null : originOfPost(post.handle, window.location);
      if (origin === null || origin === window.location.origin) {
        void signInHere(post.handle, post.name);
        return;
      }
      const query = new URLSearchParams({ post: post.handle, to: destination });
      window.location.assign(`${origin}/sign-in?${query}`);
    },
    [destination, signInHere],
  );

  const hostPost = posts?.find((post) => post.handle === postOfHost(window.location.hostname)) ?? null;
  const arrived = hostPost !== null && askedPost === hostPost.handle;

  useEffect(() => {
    if (arrived && hostPost && user === null) void signInHere(hostPost.handle, hostPost.name);
  }, [arrived, hostPost, user, signInHere]);

  if (unreachable) {
    return (
      <Empty
        icon="server"
        title={t("noPosts")}
        actions={
          <Button tone="primary" icon="refresh" onClick={load}>
            {tc("retry")}
          </Button>
        }
      >
        {t("noPostsText")}
      </Empty>
    );
  }
  if (posts === null) return <Waiting>{tc("loading")}</Waiting>;
  if (signingIn) return <Waiting>{t("signingIn", { name: signingIn })}</Waiting>;

  const wanted =
    doorOf(destination) === "admin" ? administrationRoles : doorOf(destination) === "stage" ? stageRoles : [];
  return (
    <>
      {failure ? <Notice tone="alarm" icon="alarm" title={t(`error.${failure}`)} urgent /> : null}
      {hostPost && user !== null && user.handle !== hostPost.handle ? (
        <Notice
          tone="warn"
          icon="user"
          title={t("otherSession")}
          actions={
            <Button tone="primary" onClick={() => void signInHere(hostPost.handle, hostPost.name)}>
              {t("continueAs", { name: hostPost.name })}
            </Button>
          }
        >
          {t("otherSessionText", { name: user.name })}
        </Notice>
      ) : null}
      {hostPost && !listWanted ? (
        <OwnHost
          post={hostPost}
          signedIn={user?.handle === hostPost.handle}
          onContinue={() =>
            user?.handle === hostPost.handle
              ? window.location.assign(destination)
              : void signInHere(hostPost.handle, hostPost.name)
          }
          onOther={() => setListWanted(true)}
        />
      ) : (
        <PostList posts={posts} wantedRoles={wanted} onChoose={open} />
      )}
    </>
  );
}

function OwnHost(props: { post: PostEntry; signedIn: boolean; onContinue: () => void; onOther: () => void }) {
  const t = useTranslations("signIn");
  return (
    <section className="grid max-w-xl gap-4 rounded-lg border border-line bg-surface p-6">
      <div>
        <h2 className="label">{props.signedIn ? t("already") : t("thisHost")}</h2>
        <p className="text-lg font-semibold">{props.post.name}</p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" icon="arrowRight" onClick={props.onContinue} className="max-w-full">
          <span className="truncate">{t("continueAs", { name: props.post.name })}</span>
        </Button>
        <Button tone="quiet" onClick={props.onOther}>
          {t("other")}
        </Button>
      </div>
    </section>
  );
}
