import { VernamError } from "../../shared/errors.ts";

/** Codes begin with "vault.". */
export class VaultError extends VernamError {}
