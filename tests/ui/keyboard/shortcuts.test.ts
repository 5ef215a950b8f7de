import { describe, expect, it } from "vitest";
import en from "../../../lib/ui/i18n/en.json" with { type: "json" };
import {
  combinations,
  neighbour,
  type PressedKey,
  shortcutActions,
  shortcutOf,
} from "../../../lib/ui/keyboard/shortcuts.ts";

const press = (key: string, more: Partial<PressedKey> = {}): PressedKey => ({
  key,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  isComposing: false,
  ...more,
});

describe("a pressed key", () => {
  it("goes to the neighbouring conversation with Alt, even while one writes", () => {
    expect(shortcutOf(press("ArrowDown", { altKey: true }), true, true)).toBe("next");
    expect(shortcutOf(press("ArrowUp", { altKey: true }), true, false)).toBe("previous");
  });

  it("opens the search with Control or Command", () => {
    expect(shortcutOf(press("k", { ctrlKey: true }), true, true)).toBe("search");
    expect(shortcutOf(press("K", { metaKey: true }), true, true)).toBe("search");
  });

  it("is the field's own when it is a letter and one writes", () => {
    for (const key of ["c", "j", "k", "i", "r", "/", "?"]) {
      expect(shortcutOf(press(key), true, true)).toBeNull();
      expect(shortcutOf(press(key), false, true)).not.toBeNull();
    }
  });

  it("means nothing alone once shortcuts of one character are off", () => {
    for (const key of ["c", "j", "k", "i", "r", "/", "?"])
      expect(shortcutOf(press(key), false, false)).toBeNull();
  });

  it("leaves to browser and assistive technology what is theirs", () => {
    expect(shortcutOf(press("r", { ctrlKey: true }), false, true)).toBeNull();
    expect(shortcutOf(press("c", { ctrlKey: true }), false, true)).toBeNull();
    expect(shortcutOf(press("ArrowLeft", { altKey: true }), false, true)).toBeNull();
    expect(shortcutOf(press("ArrowDown", { altKey: true, ctrlKey: true }), false, true)).toBeNull();
    expect(shortcutOf(press("ArrowDown"), false, true)).toBeNull();
  });

  it("waits for an input method to finish its character", () => {
    expect(shortcutOf(press("c", { isComposing: true }), false, true)).toBeNull();
  });
});

it("every action has keys and words on the sheet", () => {
  for (const action of shortcutActions) {
    expect(combinations[action].length).toBeGreaterThan(0);
    expect(en.shortcuts[action]).toBeTruthy();
  }
});

describe("the neighbour in the list", () => {
  it("is the next or the one before, and none beyond the ends", () => {
    expect(neighbour(["a", "b", "c"], "b", 1)).toBe("c");
    expect(neighbour(["a", "b", "c"], "b", -1)).toBe("a");
    expect(neighbour(["a", "b", "c"], "c", 1)).toBeNull();
  });

  it("is the first or the last while none is chosen", () => {
    expect(neighbour(["a", "b"], null, 1)).toBe("a");
    expect(neighbour(["a", "b"], null, -1)).toBe("b");
    expect(neighbour([], null, 1)).toBeNull();
  });
});
