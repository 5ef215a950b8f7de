import { randomBytes } from "node:crypto";
import type { Socket } from "socket.io";
import { z } from "zod";
import { copyBytes } from "../../shared/bytes.ts";
import { fromHex } from "../../shared/hex.ts";
import type { Sessions, Standing } from "../accounts/sessions.ts";
import { findCookie, readSessionId, sessionCookieName } from "../auth/session-cookie.ts";
import { RelayError } from "../relay-error.ts";
import type { Speaker } from "../store/speaker.ts";
import type { IdentityTokens } from "../tokens/identity-tokens.ts";
import type { SocketData } from "./socket-types.ts";

export interface HandshakeServices {
  readonly sessions: Sessions;
  readonly tokens: IdentityTokens;
  readonly sessionSecret: string;
  readonly secureCookies: boolean;
}

const handshakeSchema = z.strictObject({
  device: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  token: z.string().max(4096).optional(),
});

/**
 * Finds out who opens a socket: by a token with audience "relay" when one is given, by the session cookie otherwise.
 * @throws RelayError "relay.malformed", "relay.signed-out".
 */
export async function identifySocket(
  handshake: Socket["handshake"],
  services: HandshakeServices,
  now: number,
): Promise<SocketData> {
  const parsed = handshakeSchema.safeParse(handshake.auth);
  if (!parsed.success) throw new RelayError("relay.malformed", "The handshake is not readable.");
  const standing = await findStanding(parsed.data.token, handshake.headers.cookie, services, now);
  if (standing === null) throw new RelayError("relay.signed-out", "Sign in first.");
  // Someone who only watches (the wiretap) has no device: a number that is nobody's.
  const deviceId =
    parsed.data.device === undefined ? copyBytes(randomBytes(16)) : fromHex(parsed.data.device);
  return { standing, speaker: speakerOf(standing, parsed.data.device ?? "", deviceId) };
}

/**
 * The speaker of an HTTP request: by a bearer token with audience "relay", never by a cookie.
 * @throws RelayError "relay.signed-out"
 */
export async function identifyBearer(
  authorization: string | undefined,
  services: HandshakeServices,
  now: number,
): Promise<Speaker> {
  const token = /^Bearer ([\w.-]{1,4096})$/.exec(authorization ?? "")?.[1];
  const standing = token === undefined ? null : await findStanding(token, undefined, services, now);
  if (standing === null) throw new RelayError("relay.signed-out", "Sign in first.");
  return speakerOf(standing, "", copyBytes(randomBytes(16)));
}

async function findStanding(
  token: string | undefined,
  cookies: string | undefined,
  services: HandshakeServices,
  now: number,
): Promise<Standing | null> {
  const { sessions, tokens, sessionSecret, secureCookies } = services;
  if (token !== undefined) {
    const bearer = await tokens.verifyForRelay(token, now);
    return bearer === null ? null : sessions.checkBearer(bearer.user, bearer.version, bearer.session, now);
  }
  const cookie = findCookie(cookies, sessionCookieName(secureCookies));
  const session = await readSessionId(cookie, sessionSecret);
  return session === null ? null : sessions.check(session, now);
}

function speakerOf(standing: Standing, device: string, deviceId: Speaker["deviceId"]): Speaker {
  const { account, version, session } = standing;
  const who = { user: account.id, userId: fromHex(account.id), device, deviceId, version };
  return session === null
    ? { ...who, session: null, sessionId: null }
    : { ...who, session, sessionId: fromHex(session) };
}
