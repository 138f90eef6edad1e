/** Whether notes get to the systems they are handed to, told from what became of the last ones: a test is a person's to send. Pure. */
import type { SinkName } from '../delivery/sinks.ts';
import { type Finding, fine, found } from './finding.ts';

export interface SinkFacts {
  readonly name: SinkName;
  /** Epoch milliseconds; null: never. */
  readonly lastSuccessAt: number | null;
  readonly lastFailure: { readonly at: number; readonly code: string } | null;
}

const NAMES: Readonly<Record<SinkName, string>> = {
  backend: 'The clinic’s own system',
  fhir: 'The clinic’s FHIR server',
  r2: 'The archive',
  alert: 'Whoever is told of notes',
};

export function judgeSinks(sinks: readonly SinkFacts[]): readonly Finding[] {
  const findings = sinks.flatMap(({ name, lastSuccessAt, lastFailure }) => {
    if (lastFailure !== null && lastFailure.at >= (lastSuccessAt ?? 0))
      return [found('sinks', 'sink_failing', `${NAMES[name]} did not take the last note: ${lastFailure.code}.`)];
    if (lastSuccessAt === null) return [found('sinks', 'sink_untried', `${NAMES[name]} has had no note yet.`)];
    return [];
  });
  if (findings.length > 0) return findings;
  return [fine('sinks', sinks.length === 0 ? 'Notes are handed to no other system.' : 'Each took the last note.')];
}
