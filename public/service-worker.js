/**
 * Keeps the messages' page openable without a network. It serves two things and touches nothing else:
 *
 * - The page /messages: always from the network; from the shell only when there is no network. A shell is the page's
 *   HTML as this server sent it, with its own policy and nonce in its headers, and the scripts and styles it names.
 * - Files under /_next/static/: their names change with their content, so one that is kept is never out of date.
 *
 * No message, no name of a contact, nothing of /api is ever stored here: history lives encrypted in the device's own
 * store. Shells are written by the page (lib/ui/offline/keep-shell.ts), each build in a cache of its own, the HTML last:
 * what is served always belongs together.
 */
const shellPrefix = "vernam-shell-";
const page = "/messages";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && url.pathname === "/api/auth/signout") event.waitUntil(forgetShells());
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && url.pathname === page) event.respondWith(openPage(request));
  else if (url.pathname.startsWith("/_next/static/")) event.respondWith(openStatic(request));
});

async function openPage(request) {
  try {
    const answer = await fetch(request);
    // Sent to sign in: whoever opens this page next is not the person that the shell was drawn for.
    if (answer.type === "opaqueredirect" || answer.redirected) await forgetShells();
    return answer;
  } catch (error) {
    const kept = await findShell();
    if (kept === undefined) throw error;
    return kept;
  }
}

async function openStatic(request) {
  const kept = (await caches.match(request)) ?? (await fetch(request));
  if (request.destination !== "worker") return kept;
  // A worker reads its parameters from the end of its own address. An answer that has an address would replace that one.
  return new Response(kept.body, { status: kept.status, statusText: kept.statusText, headers: kept.headers });
}

async function findShell() {
  for (const name of await shells()) {
    const kept = await (await caches.open(name)).match(page);
    if (kept !== undefined) return kept;
  }
  return undefined;
}

async function forgetShells() {
  for (const name of await shells()) await caches.delete(name);
}

async function shells() {
  return (await caches.keys()).filter((name) => name.startsWith(shellPrefix));
}
