export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Takes text/event-stream apart (HTML Living Standard §9.2.6) as chunks of text come in: `push` returns the events
 * that are complete. Comments, ids and retry fields are passed over.
 */
export class EventStreamParser {
  #rest = "";
  #event = "";
  #data: string[] = [];

  push(chunk: string): readonly StreamEvent[] {
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const complete: StreamEvent[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0)
          complete.push({ event: this.#event || "message", data: this.#data.join("\n") });
        this.#event = "";
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") this.#event = value;
      else if (field === "data") this.#data.push(value);
    }
    return complete;
  }
}
