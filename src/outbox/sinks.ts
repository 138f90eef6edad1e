/** Every system that notes can be handed to. A new one: a file, a line here, its name in domain/delivery/sinks.ts, its settings in env.ts. */
import type { SinkName } from '../domain/delivery/sinks.ts';
import type { Config } from '../env.ts';
import { backendSink } from './backend-sink.ts';
import type { Sink } from './sink.ts';

/** Null: it is not set up here. */
const SINKS: Readonly<Record<SinkName, (config: Pick<Config, 'sinks'>) => Sink | null>> = {
  backend: ({ sinks: { backend } }) => (backend === null ? null : backendSink(backend)),
};

export const sinkOf = (config: Pick<Config, 'sinks'>, name: SinkName): Sink | null => SINKS[name]?.(config) ?? null;
