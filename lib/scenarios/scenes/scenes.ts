import { auditor } from "./auditor.ts";
import { compromisedNode } from "./compromised-node.ts";
import { eve } from "./eve.ts";
import { firstNote } from "./first-note.ts";
import { keyLife } from "./key-life.ts";
import { map2021 } from "./map-2021.ts";
import { openingMap } from "./opening-map.ts";
import { satellite } from "./satellite.ts";
import type { Scene } from "./scene.ts";
import { whatIsReal } from "./what-is-real.ts";

/** Every scene, in the order of a full performance. */
export const scenes: readonly Scene[] = [
  openingMap,
  firstNote,
  keyLife,
  eve,
  satellite,
  compromisedNode,
  map2021,
  auditor,
  whatIsReal,
];
