/** What goes wrong on the line and in storage, by rate. What goes wrong on the way to the worker is in `webhook-delivery.ts`. */
import type { StorageFaults } from './storage-faults.ts';

export interface LineFaults extends StorageFaults {
  /** Answering machine detection never comes to a verdict. */
  readonly missingVerdicts?: number;
}
