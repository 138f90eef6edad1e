/** What goes wrong on the line and in storage, by rate. What goes wrong on the way to the worker is in `webhook-delivery.ts`. */
export interface LineFaults {
  /** Answering machine detection never comes to a verdict. */
  readonly missingVerdicts?: number;
  /** A link to a recording has expired when it is given. */
  readonly expiredLinks?: number;
}
