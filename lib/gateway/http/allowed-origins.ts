/** Which web pages may call this process: those of the web process, and no others. */
export interface AllowedOrigins {
  /** `origin` as browsers send it; programs that are no browsers send none, and CORS does not concern them. */
  allows(origin: string | undefined): boolean;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Pages served on the web process's port by localhost, `<post>.localhost`, a loopback address or one of the
 * configured hosts (the room's network).
 */
export function createAllowedOrigins(webPort: number, hosts: readonly string[]): AllowedOrigins {
  const configured = new Set(hosts);
  return {
    allows(origin) {
      if (origin === undefined) return true;
      if (!URL.canParse(origin)) return false;
      const url = new URL(origin);
      if (url.origin !== origin || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
      const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
      if (port !== webPort) return false;
      const host = url.hostname;
      return loopback.has(host) || /^[a-z0-9-]+\.localhost$/.test(host) || configured.has(host);
    },
  };
}
