import { VernamError } from "../../shared/errors.ts";

/** A command that an agent refuses, or a part of the system that an agent could not reach. Codes "agent.*", "grid.*", "payments.*". */
export class AgentError extends VernamError {}
