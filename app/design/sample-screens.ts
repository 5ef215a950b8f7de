const conversation = "c0".padEnd(32, "0");
const group = "c9".padEnd(32, "0");

/** Whole screens over sample data; the browser tests look at each. */
export const sampleScreens: readonly string[] = [
  "/design/messages",
  `/design/messages?c=${conversation}`,
  `/design/messages?c=${group}`,
  `/design/messages?c=${conversation}&many=1`,
  ...["starting", "enrolling", "offline", "other-user", "approval-needed", "signed-out", "failed"].map(
    (state) => `/design/messages?state=${state}`,
  ),
  ...["health", "space", "consumption", "ledger", "key", "kmes", "people", "alarms"].map(
    (page) => `/design/admin?page=${page}`,
  ),
  "/design/stage",
];
