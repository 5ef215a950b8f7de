import { VernamError } from "../shared/errors.ts";

/**
 * Anything the messenger engine refuses or cannot do. Codes are stable ("store.corrupt", "enrol.other-user");
 * the text is English for logs and agents, screens translate by code.
 */
export class MessengerError extends VernamError {}
