/** One post of GET /api/posts. */
export interface PostEntry {
  readonly handle: string;
  readonly name: string;
  readonly site: string;
  readonly country: string;
  readonly roles: readonly string[];
}

interface PostsAnswer {
  readonly countries: readonly {
    readonly country: string;
    readonly posts: readonly Omit<PostEntry, "country">[];
  }[];
}

/** The demonstration's posts. @throws Error when the server does not answer or is no demonstration. */
export async function loadPosts(): Promise<readonly PostEntry[]> {
  const answer = await fetch("/api/posts", { cache: "no-store" });
  if (!answer.ok) throw new Error(`posts answered ${answer.status}`);
  const { countries } = (await answer.json()) as PostsAnswer;
  return countries.flatMap(({ country, posts }) => posts.map((post) => ({ ...post, country })));
}
