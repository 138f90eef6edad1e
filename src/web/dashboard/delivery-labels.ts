/** The words of deliveries. Colour supports them and never replaces them. */
import type { DeliveryStatus, SinkName } from '../../domain/delivery/sinks.ts';
import type { Tone } from './labels.ts';

export const DELIVERY_LABELS: Readonly<Record<DeliveryStatus, string>> = {
  queued: 'Waiting',
  running: 'Being sent',
  delivered: 'Delivered',
  dead: 'Failed',
  canceled: 'Called off',
};
export const DELIVERY_TONES: Readonly<Record<DeliveryStatus, Tone>> = {
  queued: 'calm',
  running: 'live',
  delivered: 'good',
  dead: 'bad',
  canceled: 'calm',
};
export const SINK_LABELS: Readonly<Record<SinkName, string>> = {
  backend: 'The clinic’s own system',
  fhir: 'The clinic’s FHIR server',
  r2: 'The archive',
  alert: 'Alert that a note is ready',
};
