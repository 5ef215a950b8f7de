/**
 * Ten pairs of sites in different countries, Lisbon-Madrid first, from 2 to 21 hops apart, and how many pairs of devices
 * sit at each: 25 pairs, 50 devices.
 */
export const sitePairs = [
  { a: "pt-lis-mne", b: "es-mad-mfa", devices: 3 },
  { a: "pt-cov", b: "es-mad-grid", devices: 2 },
  { a: "be-redu", b: "lu-gov", devices: 3 },
  { a: "be-bru", b: "nl-rot-port", devices: 3 },
  { a: "be-leu", b: "de-bon-bsi", devices: 3 },
  { a: "de-bon-bmbf", b: "nl-arn", devices: 2 },
  { a: "de-fra", b: "lu-uni", devices: 3 },
  { a: "be-gnt1", b: "nl-del", devices: 2 },
  { a: "it-nap", b: "mt-uom", devices: 2 },
  { a: "lu-eib", b: "de-bon-bsi", devices: 2 },
] as const;
