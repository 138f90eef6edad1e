/** When news that ALERT_URL did not take are told again: soon at first, then hourly, for as long as nobody takes them. Pure. */

const MINUTE_MS = 60_000;
const MOST_MINUTES = 60;

/** `tries`: how often it was not taken, 1 for the first. */
export const tellAgainMs = (tries: number): number => Math.min(MOST_MINUTES, 2 ** (tries - 1)) * MINUTE_MS;
