import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * An append-only file of JSON lines: what an agent has decided, on the disk before anybody is told. A line that a
 * killed process left half written is dropped, since nobody was told of it.
 */
export class Journal<Line> {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #waiting: string[] = [];

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens or makes the journal; `parse` gives undefined for what is no line of it. */
  static async open<Line>(
    path: string,
    parse: (value: unknown) => Line | undefined,
  ): Promise<{ journal: Journal<Line>; lines: readonly Line[] }> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    // Appending to half a line would spoil the next one.
    if (whole.length < text.length) await replace(path, whole);
    const lines = whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => parse(JSON.parse(line)))
      .filter((line) => line !== undefined);
    return { journal: new Journal<Line>(path), lines };
  }

  /** Resolves when the lines are on the disk. Lines of calls that overlap share one write. */
  append(...lines: readonly Line[]): Promise<void> {
    this.#waiting.push(...lines.map((line) => `${JSON.stringify(line)}\n`));
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #write(): Promise<void> {
    const text = this.#waiting.join("");
    if (text === "") return;
    this.#waiting = [];
    const file = await open(this.#path, "a", 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
