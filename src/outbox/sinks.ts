/** Every system that notes can be handed to. A new one: a file, a line here, its name in domain/delivery/sinks.ts, its settings in sink-settings.ts. */
import type { SinkName } from '../domain/delivery/sinks.ts';
import type { Config, Env } from '../env.ts';
import { alertSink } from './alert-sink.ts';
import { backendSink } from './backend-sink.ts';
import { fhirSink } from './fhir-sink.ts';
import { r2Sink } from './r2-sink.ts';
import type { Sink } from './sink.ts';

export interface Installation {
  readonly env: Pick<Env, 'BUCKET'>;
  readonly config: Pick<Config, 'sinks' | 'publicUrl' | 'keyRing'>;
}

/** Null: it is not set up here. */
const SINKS: Readonly<Record<SinkName, (installation: Installation) => Sink | null>> = {
  backend: ({ config: { sinks } }) => (sinks.backend === null ? null : backendSink(sinks.backend)),
  fhir: ({ config: { sinks } }) => (sinks.fhir === null ? null : fhirSink(sinks.fhir)),
  r2: ({ env, config: { sinks, keyRing } }) => (sinks.r2 === null ? null : r2Sink(env.BUCKET, keyRing)),
  alert: ({ config: { sinks, publicUrl } }) => (sinks.alert === null ? null : alertSink(sinks.alert, publicUrl)),
};

export const sinkOf = (installation: Installation, name: SinkName): Sink | null => SINKS[name]?.(installation) ?? null;
