/** Pictures that a page shows: drawn by the browser, never run. SVG is not among them. */
const rasters: readonly string[] = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"];

export function isRaster(mediaType: string): boolean {
  return rasters.includes(mediaType);
}

/** A type that is safe under our own origin: what a sender calls HTML must not become a page of ours. */
export function safeType(mediaType: string): string {
  return isRaster(mediaType) ? mediaType : "application/octet-stream";
}
