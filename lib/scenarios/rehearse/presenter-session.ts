import { signInAsPost } from "../../messenger/node/sign-in.ts";
import { VernamError } from "../../shared/errors.ts";

export class RehearsalError extends VernamError {}

/** The presenter of a deployment, as a program: the session, and where its faces are. */
export interface PresenterSession {
  readonly origin: string;
  readonly gatewayOrigin: string;
  readonly network: string;
  readonly user: { readonly id: string; readonly name: string; readonly site: string };
  /** The Cookie header. */
  cookie(): string;
  token(audience: string): Promise<string>;
}

interface Posts {
  readonly countries: readonly {
    readonly posts: readonly {
      readonly handle: string;
      readonly user: string;
      readonly name: string;
      readonly site: string;
    }[];
  }[];
}

const handle = "presenter";

/** @throws MessengerError identity.*; RehearsalError rehearsal.no-demonstration */
export async function openPresenterSession(origin: string): Promise<PresenterSession> {
  const session = await signInAsPost(origin, handle);
  const { countries } = await getJson<Posts>(`${origin}/api/posts`);
  const post = countries.flatMap(({ posts }) => posts).find((one) => one.handle === handle);
  if (post === undefined)
    throw new RehearsalError("rehearsal.no-demonstration", "this deployment has no presenter", {
      nextStep: "Start it in demonstration mode.",
    });
  const { gatewayOrigin, network } = await getJson<{ gatewayOrigin: string; network: string }>(
    `${origin}/api/runtime-config`,
  );
  const user = { id: post.user, name: post.name, site: post.site };
  return {
    origin,
    gatewayOrigin,
    network,
    user,
    cookie: () => session.cookie(),
    token: (audience) => session.token(audience),
  };
}

/** @throws RehearsalError with the server's own code where it gives one. */
export async function readAnswer(answer: Response): Promise<unknown> {
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body;
  const { code, message } = (body ?? {}) as { code?: string; message?: string };
  throw new RehearsalError(
    code ?? `http.${answer.status}`,
    message ?? `the server answered ${answer.status}`,
  );
}

async function getJson<T>(url: string): Promise<T> {
  return (await readAnswer(await fetch(url))) as T;
}
