/** What a chaotic run comes to, seen from Telnyx: the figures, and those that must be zero. */
import type { TelnyxEngine } from '../../src/simulator/telnyx-engine.ts';

export type Figures = Readonly<Record<string, number>>;

export function lineFigures(engine: TelnyxEngine): { readonly rows: Figures; readonly zeros: Figures } {
  const legs = engine.calls();
  const commands = engine.callEvents.filter(({ type }) => type === 'command');
  const recorders = commands.filter(({ name }) => name === 'record_start' || name === 'transcription_start');
  const early = recorders.filter(({ callControlId, at }) => {
    const { asks } = engine.legs.get(callControlId)?.record ?? { asks: [] };
    // A consent whose event was late is asked for again: what counts is what the patient had said by then.
    const last = asks.findLast(
      ({ step, outcome, endedAt }) => step === 'consent' && outcome === 'valid' && (endedAt ?? at) <= at,
    );
    return last?.digits !== '1';
  });
  for (const { callControlId, name, at } of early) {
    const { callId, asks } = engine.legs.get(callControlId)?.record ?? { callId: null, asks: [] };
    const consents = asks.filter(({ step }) => step === 'consent');
    process.stdout.write(`${callId}: ${name} at ${new Date(at).toISOString()}, consent ${JSON.stringify(consents)}\n`);
  }
  const afterEnd = commands.filter(({ callControlId, at }) => {
    const endedAt = engine.legs.get(callControlId)?.endedAt ?? null;
    return endedAt !== null && at > endedAt;
  });
  return {
    rows: {
      'rung back': legs.filter(({ direction }) => direction === 'incoming').length,
      'questions heard': legs.reduce((sum, { record }) => sum + record.asks.length, 0),
      'webhook deliveries': engine.deliveries.length,
      'of them lost, doubled or late': engine.deliveries.filter(({ status }) => status !== 200).length,
      'events lost for good': engine.lostEvents.size,
      'recorders started': recorders.length,
    },
    zeros: {
      'recorders before consent': early.length,
      'commands carried out after the hang-up': afterEnd.length,
      'downloads that showed the API key': engine.recordings.attempts.filter((each) => each.has_authorization).length,
    },
  };
}

/** Prints them; true when one that must be zero is not. */
export function printFigures(rows: Figures, zeros: Figures): boolean {
  for (const [name, count] of Object.entries({ ...rows, ...zeros }))
    process.stdout.write(`${name.padEnd(40)} ${count}\n`);
  return Object.values(zeros).some((count) => count > 0);
}
