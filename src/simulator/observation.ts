/** What someone listening to the line would notice; `npm start` prints the conversation from it. Never sent to the worker. */
export type ObservationType =
  | 'ringing'
  | 'answered'
  | 'prompt'
  | 'key'
  | 'entry'
  | 'recording'
  | 'transcription'
  | 'transfer'
  | 'hangup';

export interface Observation {
  /** Epoch milliseconds of the engine's clock. */
  readonly at: number;
  readonly callControlId: string;
  readonly callId: string | null;
  readonly type: ObservationType;
  readonly persona: string;
  readonly phone: string;
  readonly step: string | null;
  readonly text?: string;
  readonly digits?: string;
}

/** One line for people. */
export function formatObservation(observation: Observation): string {
  const { persona, step, text = '', digits = '' } = observation;
  const who = persona.padEnd(20);
  switch (observation.type) {
    case 'ringing':
      return `${who} (ringing ${observation.phone})`;
    case 'answered':
      return `${who} (answered)`;
    case 'prompt':
      return `${who} clinic:  ${text}`;
    case 'key':
      return `${who} patient: [${digits}]`;
    case 'entry':
      return `${who} (${step ?? 'entry'}: ${digits === '' ? '' : `${digits}, `}${text})`;
    case 'recording':
    case 'transcription':
    case 'transfer':
      return `${who} (${observation.type}: ${text})`;
    case 'hangup':
      return `${who} (hung up: ${text})`;
  }
}
