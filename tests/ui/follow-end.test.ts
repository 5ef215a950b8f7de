import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atTheEnd, type Standing, standingAfter, standingAnew } from "../../lib/ui/messenger/follow-end.ts";

/** A scrolled region as a browser keeps it: the position never lies beyond the content. */
class Region {
  scrollTop = 0;
  scrollHeight = 400;
  clientHeight = 400;

  #clamp(): this {
    this.scrollTop = Math.max(0, Math.min(this.scrollTop, this.scrollHeight - this.clientHeight));
    return this;
  }

  content(by: number): this {
    this.scrollHeight = Math.max(this.clientHeight, this.scrollHeight + by);
    return this.#clamp();
  }

  view(height: number): this {
    this.clientHeight = height;
    this.scrollHeight = Math.max(height, this.scrollHeight);
    return this.#clamp();
  }

  scroll(by: number): this {
    this.scrollTop += by;
    return this.#clamp();
  }

  toEnd(): this {
    return this.scroll(this.scrollHeight);
  }

  get sight() {
    const { scrollTop, scrollHeight, clientHeight } = this;
    return { scrollTop, scrollHeight, clientHeight };
  }
}

function atEndOf(region: Region): Standing {
  return standingAfter(atTheEnd, region.toEnd().sight);
}

describe("a reader at the end of a list", () => {
  it("stays there when several rows come before any of them was scrolled to", () => {
    const region = new Region().content(2000);
    let standing = atEndOf(region);
    for (const height of [40, 40, 72, 120]) standing = standingAfter(standing, region.content(height).sight);
    expect(standing).toMatchObject({ pinned: true, near: true });
  });

  it("stays there when the scroll event of an earlier row tells of a place that is the end no more", () => {
    const region = new Region().content(2000);
    let standing = atEndOf(region);
    region.content(90).toEnd().content(300);
    standing = standingAfter(standing, region.sight);
    expect(standing.pinned).toBe(true);
  });

  it("stays there whatever grows, shrinks or is followed half way, in any order", () => {
    const change = fc.oneof(
      fc.integer({ min: -400, max: 400 }).map((by) => (region: Region) => region.content(by)),
      fc.integer({ min: 200, max: 900 }).map((height) => (region: Region) => region.view(height)),
      fc.integer({ min: 0, max: 300 }).map((by) => (region: Region) => region.scroll(by)),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const region = new Region().content(3000);
        let standing = atEndOf(region);
        for (const make of changes) {
          standing = standingAfter(standing, make(region).sight);
          expect(standing.pinned).toBe(true);
        }
      }),
    );
  });

  it("leaves it by moving up, also while rows are added", () => {
    const region = new Region().content(2000);
    const before = atEndOf(region);
    expect(standingAfter(before, region.scroll(-200).sight)).toMatchObject({ pinned: false, near: false });
    expect(standingAfter(before, region.toEnd().content(70).scroll(-30).sight).pinned).toBe(false);
  });

  it("leaves it however slowly they move up", () => {
    const region = new Region().content(2000);
    let standing = atEndOf(region);
    for (let pixel = 0; pixel < 100; pixel++) standing = standingAfter(standing, region.scroll(-1).sight);
    expect(standing).toMatchObject({ pinned: false, near: false });
  });

  it("is not pulled back from a few lines above it while rows are measured, and goes there with the next row", () => {
    const region = new Region().content(2000);
    const above = standingAfter(atEndOf(region), region.scroll(-50).sight);
    expect(above).toMatchObject({ pinned: false, near: true });
    expect(standingAfter(above, region.content(90).sight)).toMatchObject({ pinned: false, near: true });
  });

  it("is there again after coming back", () => {
    const region = new Region().content(2000);
    const away = standingAfter(atEndOf(region), region.scroll(-500).sight);
    expect(standingAfter(away, region.content(70).sight).near).toBe(false);
    expect(standingAfter(away, region.toEnd().sight)).toMatchObject({ pinned: true, near: true });
  });
});

it("a reader whom the program took elsewhere stands there, wherever the list was followed to before", () => {
  const region = new Region().content(2000);
  expect(standingAnew(region.scroll(600).sight)).toMatchObject({ pinned: false, near: false });
  expect(standingAnew(region.toEnd().sight)).toMatchObject({ pinned: true, near: true });
});
