/** Error texts of ETSI GS QKD 014 V1.1.1 that clients compare, to the letter. */
export const standardTexts = {
  sizeMultiple: "size shall be a multiple of 8",
  mandatoryUnsupported: "not all extension_mandatory parameters are supported",
  mandatoryUnmet: "not all extension_mandatory request options could be met",
  optionalUnhandled: "not all extension_optional request options handled",
  keysNotFound: "one or more keys specified are not found on KME",
} as const;
