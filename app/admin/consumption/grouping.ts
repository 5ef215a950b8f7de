/** What consumption can be grouped by. */
export const groupings = ["pair", "site", "purpose", "suite", "level"] as const;

export type Grouping = (typeof groupings)[number];
