/** Ports of the end-to-end files: ten for each, because two files run at once. `npm start` has 8787 to 8789, `npm run chaos` 8817 to 8819. */

/** The first of each file's ten. */
export const PORTS = {
  startOnce: 8797,
  chaosCalls: 8807,
  dashboard: 8827,
  plainWranglerDev: 8837,
  recordings: 8847,
  campaignPages: 8857,
  patients: 8937,
  everyPage: 8867,
  questionnaires: 8917,
  cli: 8897,
  transcribe: 8947,
  review: 8907,
  canary: 8987,
  restore: 8977,
} as const;

export const stackPorts = (first: number) => ({ access: first, worker: first + 1, telnyx: first + 2 });
