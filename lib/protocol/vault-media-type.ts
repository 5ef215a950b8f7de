/** The media type of files that hold a vault message: no other file is read as one. */
export const vaultMediaType = "application/vnd.vernam.vault";
