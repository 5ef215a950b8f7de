interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

const ownLabel = /^([a-z0-9-]+)\.localhost$/;

/** The post a host name belongs to: "pt-lis-mne.localhost" is pt-lis-mne's; null for any other host. */
export function postOfHost(hostname: string): string | null {
  return ownLabel.exec(hostname.toLowerCase())?.[1] ?? null;
}

/**
 * Origin of a post's own host, where cookies and device store are its own. Only names under localhost can be made up
 * freely; elsewhere (a room's network) null: the post signs in at the address in use.
 */
export function originOfPost(handle: string, at: Address): string | null {
  const hostname = at.hostname.toLowerCase();
  const local =
    hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]" || ownLabel.test(hostname);
  if (!local) return null;
  return `${at.protocol}//${handle}.localhost${at.port === "" ? "" : `:${at.port}`}`;
}
