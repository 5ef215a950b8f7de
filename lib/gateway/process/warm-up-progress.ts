import type { OverviewView } from "../../keys/api-types.ts";

const everyMs = 2000;
const tellStep = 0.1;

/** Tells how far the links' first filling is, at most every tenth, until every link has key. */
export function reportWarmUp(overview: () => OverviewView, tell: (text: string) => void): () => void {
  let told = -1;
  const timer = setInterval(() => {
    const { warmUp } = overview();
    const share = warmUp.links === 0 ? 1 : warmUp.linksWithKey / warmUp.links;
    if (warmUp.done) clearInterval(timer);
    if (warmUp.done || share >= told + tellStep) {
      told = share;
      tell(`warm-up: ${warmUp.linksWithKey} of ${warmUp.links} links have key`);
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
