import { auditor } from "./auditor.ts";
import { compromisedNode } from "./compromised-node.ts";
import { eve } from "./eve.ts";
import { firstNote } from "./first-note.ts";
import { harvestNow } from "./harvest-now.ts";
import { hybrid } from "./hybrid.ts";
import { keyLife } from "./key-life.ts";
import { map2021 } from "./map-2021.ts";
import { openingMap } from "./opening-map.ts";
import { payments } from "./payments.ts";
import { powerGrid } from "./power-grid.ts";
import { satellite } from "./satellite.ts";
import type { Scene, SceneId } from "./scene.ts";
import { sceneIds } from "./scene.ts";
import { starvation } from "./starvation.ts";
import { vault } from "./vault.ts";
import { whatIsReal } from "./what-is-real.ts";

const byId: Readonly<Record<SceneId, Scene>> = {
  "opening-map": openingMap,
  "first-note": firstNote,
  "key-life": keyLife,
  eve,
  satellite,
  "compromised-node": compromisedNode,
  hybrid,
  "power-grid": powerGrid,
  payments,
  vault,
  starvation,
  "harvest-now": harvestNow,
  "map-2021": map2021,
  auditor,
  "what-is-real": whatIsReal,
};

/** Every scene, in the order of a full performance. */
export const scenes: readonly Scene[] = sceneIds.map((id) => byId[id]);
