import type { FilePreviewView } from "../../messenger/api/files.ts";
import { isRaster } from "./raster-types.ts";

const longestSide = 480;
const mostBytes = 24 * 1024;
/** From good to small: the first that fits is taken. */
const attempts = [
  { scale: 1, quality: 0.75 },
  { scale: 0.75, quality: 0.65 },
  { scale: 0.5, quality: 0.6 },
  { scale: 0.33, quality: 0.5 },
  { scale: 0.2, quality: 0.4 },
] as const;

/**
 * A small picture of a picture, drawn on this device: nothing of the original's metadata (place, camera) is in it.
 * Undefined for what is no picture, or one that the browser cannot read.
 */
export async function makePreview(file: Blob): Promise<FilePreviewView | undefined> {
  if (!isRaster(file.type)) return undefined;
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  try {
    const { width, height } = image;
    const fit = Math.min(1, longestSide / Math.max(width, height));
    for (const { scale, quality } of attempts) {
      const blob = await draw(image, fit * scale, quality);
      if (blob === null || blob.size > mostBytes) continue;
      return { mediaType: blob.type, bytes: new Uint8Array(await blob.arrayBuffer()), width, height };
    }
    return undefined;
  } finally {
    image.close();
  }
}

/** WebP where the browser writes it; elsewhere what it writes instead, which is tried against the limit alike. */
function draw(image: ImageBitmap, scale: number, quality: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(
      (webp) => {
        if (webp?.type === "image/webp") resolve(webp);
        else canvas.toBlob(resolve, "image/jpeg", quality);
      },
      "image/webp",
      quality,
    );
  });
}
