import { matchWords } from "../match-words.ts";
import type { PostEntry } from "./load-posts.ts";

export interface PostGroup {
  readonly country: string;
  readonly posts: readonly PostEntry[];
}

export function isServicePost(post: PostEntry): boolean {
  return post.roles.some((role) => role !== "user");
}

/** One of many like it, offered only to who searches for it: it approves devices at its own site. */
export function isSiteOfficer(post: PostEntry): boolean {
  return post.handle.startsWith("officer-");
}

/** Posts whose name, handle, site or country holds every word of `query`; accents do not matter. */
export function findPosts(
  posts: readonly PostEntry[],
  query: string,
  countryName: (code: string) => string,
): readonly PostEntry[] {
  return posts.filter((post) =>
    matchWords(
      [post.name, post.handle, post.site, countryName(post.country), ...post.roles].join(" "),
      query,
    ),
  );
}

/** By country, in the order of the countries' names. */
export function groupByCountry(
  posts: readonly PostEntry[],
  countryName: (code: string) => string,
): readonly PostGroup[] {
  const groups = new Map<string, PostEntry[]>();
  for (const post of posts) {
    const group = groups.get(post.country);
    if (group) group.push(post);
    else groups.set(post.country, [post]);
  }
  return [...groups]
    .map(([country, members]) => ({ country, posts: members }))
    .sort((a, b) => countryName(a.country).localeCompare(countryName(b.country)));
}
