/** The part of a WebSocket that the gateway client uses: the browser's own, or `ws` in Node. */
export interface WebSocketLike {
  binaryType: string;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export type OpenWebSocket = (url: string) => WebSocketLike;

/** http(s)://host/base → ws(s)://host/base/<site>/channel. */
export function channelUrl(gatewayOrigin: string, site: string): string {
  const url = new URL(gatewayOrigin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return `${url.toString().replace(/\/$/, "")}/${site}/channel`;
}

/** A message as bytes. @throws TypeError when the peer sent text. */
export function messageBytes(data: unknown): Uint8Array<ArrayBuffer> {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (data instanceof Uint8Array) return new Uint8Array(data);
  throw new TypeError("a channel message is not binary");
}
