import { fetchAllParts } from "../lazily.tsx";

/** As in public/service-worker.js. */
const shellPrefix = "vernam-shell-";
const page = "/messages";
const statics = "/_next/static/";

/**
 * Keeps this page, as the server draws it now, with everything it needs without a network: what its HTML names, what
 * this page fetched, the parts that it fetches when they are first shown, and `workerScripts`. All of one build or
 * nothing: when the server has another build than the one that runs here, the next load keeps that. The HTML is stored
 * last, and only then older shells go.
 */
export async function keepShell(workerScripts: readonly string[]): Promise<void> {
  const answer = await fetch(page, { cache: "no-store", credentials: "same-origin" });
  const isPage = answer.headers.get("content-type")?.startsWith("text/html") === true;
  if (!answer.ok || answer.redirected || !isPage) return;
  const named = staticNames(await answer.clone().text());
  if (!ownScripts().every((script) => named.includes(script))) return;
  await fetchAllParts();
  const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
  const needed = new Set([...named, ...[...fetched, ...workerScripts].flatMap(staticPath)]);
  const name = `${shellPrefix}${await digest(named)}`;
  const cache = await caches.open(name);
  const known = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  for (const path of needed) if (!known.has(path)) await cache.add(path);
  await cache.put(page, answer);
  for (const other of await caches.keys())
    if (other.startsWith(shellPrefix) && other !== name) await caches.delete(other);
}

function staticNames(html: string): readonly string[] {
  return [...new Set(html.match(/\/_next\/static\/[\w./~@%[\]()-]+\.(?:js|css|woff2)/g) ?? [])].sort();
}

/** The scripts that this page began with. */
function ownScripts(): readonly string[] {
  return [...document.querySelectorAll<HTMLScriptElement>("script[src]")]
    .filter((script) => script.nonce !== "" && script.async)
    .flatMap(({ src }) => staticPath(src));
}

function staticPath(address: string): readonly string[] {
  const { origin, pathname } = new URL(address, location.href);
  return origin === location.origin && pathname.startsWith(statics) ? [pathname] : [];
}

async function digest(names: readonly string[]): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(names.join("\n")));
  return [...new Uint8Array(bytes.slice(0, 8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
