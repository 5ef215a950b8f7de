import { VernamError } from "../../shared/errors.ts";

export interface StartFailure {
  readonly code: string;
  readonly message: string;
}

/** One line a person can act on, for whatever kept the process from starting. */
export function describeStartFailure(error: unknown): StartFailure {
  if (error instanceof VernamError) {
    const next = error.nextStep === undefined ? "" : ` ${error.nextStep}`;
    return { code: error.code, message: oneLine(`${error.message}${next}`) };
  }
  const { code, port, path, message } = error as NodeJS.ErrnoException & { port?: number };
  switch (code) {
    case "EADDRINUSE":
      return {
        code: "start.port-in-use",
        message: `Port ${port ?? ""} is in use by another program. Choose another PORT.`,
      };
    case "ENOSPC":
      return { code: "start.disk-full", message: "The disk is full. Free some space, then start again." };
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return { code: "start.not-writable", message: `${path ?? "The data folder"} may not be written.` };
    default:
      return { code: "start.failed", message: oneLine(message ?? String(error)) };
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, 500);
}
