/** The systems of the clinic that notes are handed to, by name. A new one: its name here, its settings in env.ts, its file in outbox/. */
export const SINK_NAMES = ['backend', 'fhir', 'r2', 'alert'] as const;
export type SinkName = (typeof SINK_NAMES)[number];

/** Those that somebody else holds a patient's answers through: the archive is ours, and an alert says nothing of anybody. */
export const DISCLOSING_SINKS: readonly SinkName[] = ['backend', 'fhir'];

/**
 * A version of a note, or the same once more with what was written down from its recording after it was sent. Of one version they arrive in
 * this order, which is also that of the alphabet: the database compares them.
 */
export const DELIVERY_PARTS = ['note', 'transcript'] as const;
export type DeliveryPart = (typeof DELIVERY_PARTS)[number];

export const DELIVERY_STATUSES = ['queued', 'running', 'delivered', 'dead', 'canceled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Those that have their settings, in the order of the list. */
export const configuredSinks = (settings: Readonly<Record<SinkName, unknown>>): SinkName[] =>
  SINK_NAMES.filter((name) => settings[name] !== null);
