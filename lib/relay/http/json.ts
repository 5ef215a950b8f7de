/** A JSON answer that no cache keeps: everything the API says depends on who asks, and when. */
export function json(body: object, status = 200): Response {
  return Response.json(body, { status, headers: { "Cache-Control": "no-store" } });
}

/** A refusal with a stable code, and the sentence a person may read. */
export function refusal(status: number, code: string, message: string): Response {
  return json({ code, message }, status);
}

export function signInFirst(): Response {
  return refusal(401, "session.missing", "Sign in first.");
}
