import type { z } from "zod";
import { AgentError } from "./agent-error.ts";

/** What came with a command, checked. @throws AgentError "agent.malformed", naming the field */
export function readInput<Shape extends z.ZodType>(shape: Shape, input: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AgentError(
    "agent.malformed",
    `${issue?.path.join(".") || "input"}: ${issue?.message ?? "not valid"}`,
  );
}
