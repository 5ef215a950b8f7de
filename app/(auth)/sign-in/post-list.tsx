"use client";

import { useTranslations } from "next-intl";
import { useDeferredValue, useMemo, useState } from "react";
import { TextField } from "@/lib/ui/field.tsx";
import { Icon } from "@/lib/ui/icon.tsx";
import { Empty } from "@/lib/ui/notice.tsx";
import type { Role } from "@/lib/ui/session-user.ts";
import { findPosts, groupByCountry, isServicePost, isSiteOfficer } from "@/lib/ui/sign-in/group-posts.ts";
import type { PostEntry } from "@/lib/ui/sign-in/load-posts.ts";
import { useCountryName } from "@/lib/ui/use-country-name.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

interface PostListProps {
  readonly posts: readonly PostEntry[];
  readonly wantedRoles: readonly Role[];
  readonly onChoose: (post: PostEntry, here: boolean) => void;
}

export function PostList({ posts, wantedRoles, onChoose }: PostListProps) {
  const t = useTranslations("signIn");
  const countryName = useCountryName();
  const [query, setQuery] = useState("");
  const [here, setHere] = useState(false);
  const asked = useDeferredValue(query);
  const found = useMemo(() => findPosts(posts, asked, countryName), [posts, asked, countryName]);
  const service = found.filter((post) => isServicePost(post) && (asked !== "" || !isSiteOfficer(post)));
  const groups = groupByCountry(
    found.filter((post) => !isServicePost(post)),
    countryName,
  );
  const suggested = (post: PostEntry) =>
    post.roles.some((role) => (wantedRoles as readonly string[]).includes(role));
  return (
    <>
      <div className="grid items-end gap-x-6 gap-y-3 md:grid-cols-[minmax(16rem,26rem)_1fr]">
        <TextField
          label={t("search")}
          icon="search"
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <p className="max-w-xl text-sm text-ink-soft">
          {t("postsLead")}{" "}
          <label className="inline-flex items-center gap-1.5 text-ink">
            <input
              type="checkbox"
              checked={here}
              onChange={(event) => setHere(event.target.checked)}
              title={t("hereText")}
              className="size-3.5 accent-accent"
            />
            {t("here")}
          </label>
        </p>
      </div>
      {query === "" ? null : (
        <p role="status" className="-mt-3 text-sm text-ink-soft">
          {t("found", { count: found.length })}
        </p>
      )}
      {service.length > 0 ? (
        <section className="grid gap-1">
          <h2 className="label">{t("service")}</h2>
          <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-4">
            {service.map((post) => (
              <li key={post.handle} className="flex">
                <PostButton
                  post={post}
                  framed
                  suggested={suggested(post)}
                  onChoose={() => onChoose(post, here)}
                />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <div className="gap-x-8 md:columns-2 lg:columns-3">
        {groups.map((group) => (
          <section key={group.country} className="mb-5 break-inside-avoid">
            <h2 className="label border-b border-line-strong pb-1">{countryName(group.country)}</h2>
            <ul>
              {group.posts.map((post) => (
                <li key={post.handle} className="border-b border-line">
                  <PostButton post={post} suggested={suggested(post)} onChoose={() => onChoose(post, here)} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {found.length === 0 ? <Empty icon="search" title={t("found", { count: 0 })} /> : null}
    </>
  );
}

function PostButton(props: { post: PostEntry; framed?: boolean; suggested: boolean; onChoose: () => void }) {
  const t = useTranslations("signIn");
  const { place, title } = usePostName()(props.post.name);
  return (
    <button
      type="button"
      onClick={props.onChoose}
      data-post={props.post.handle}
      className={`group flex w-full items-center gap-3 text-left hover:bg-accent-wash focus-visible:-outline-offset-2 ${
        props.framed
          ? `rounded-md border bg-surface px-3 py-2 ${props.suggested ? "border-accent" : "border-line"}`
          : "px-1 py-1.5"
      }`}
    >
      {props.framed ? (
        <span className="min-w-0 flex-1">
          <span className="block font-medium">{title}</span>
          <span className="block text-xs text-ink-soft">{place}</span>
          {props.suggested ? <span className="sr-only">{t("suggested")}</span> : null}
        </span>
      ) : (
        <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-3">
          <span className="font-medium">{place}</span>
          <span className="text-xs text-ink-faint">{title}</span>
        </span>
      )}
      <Icon
        name="arrowRight"
        className={
          props.framed
            ? "text-ink-faint group-hover:text-accent"
            : "text-transparent group-hover:text-accent group-focus-visible:text-accent"
        }
      />
    </button>
  );
}
