import { demand } from "./refused.ts";
import {
  anything,
  bool,
  bytesOrEmpty,
  list,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  uint,
  type ValueOf,
  versioned,
} from "./shapes.ts";
import { hash, id, site, suite } from "./structures.ts";

const device = record({ device: id, certificateHash: hash });
const member = record({ user: id, site, devices: list(device, 0, 256), moderator: bool });

const changes: Record<number, Shape<object>> = {
  1: record({ members: list(member, 1, 256), minimumSuite: optional(suite), title: optional(text(0, 200)) }),
  2: record({ member }),
  3: record({ user: id }),
  4: record({ user: id, device }),
  5: record({ user: id, device: id }),
  6: record({ user: id, moderator: bool }),
};

const outline = versioned({
  conversation: id,
  previous: bytesOrEmpty(64),
  kind: oneOf(1, 2, 3, 4, 5, 6),
  author: id,
  at: uint,
  change: anything,
});

type Outline = ValueOf<typeof outline>;

/** An event of a roster: `change` has the fields of its kind (docs/PROTOCOL.md §2, roster-create and after). */
export const rosterEvent: Shape<Omit<Outline, "change"> & { change: object }> = {
  read(item) {
    const event = outline.read(item);
    return { ...event, change: changeOf(event.kind).read(event.change) };
  },
  write: (event) => outline.write({ ...event, change: changeOf(event.kind).write(event.change) }),
};

function changeOf(kind: number): Shape<object> {
  const shape = changes[kind];
  demand(shape !== undefined, "roster.kind-unknown");
  return shape;
}
