/** The end of recorder and transcription within a call, by the patient's wish or because staff join (RC-04, RC-06). Pure. */
import type { CommandBody } from './command.ts';
import type { CallEvent } from './event.ts';
import type { CallState } from './state.ts';
import { order, stay, type Turn } from './turn.ts';

/** They never start again in this call. Also one believed to have failed is stopped: it may run after all. */
export function stopListening(state: CallState, event: CallEvent): Turn {
  const stops: CommandBody[] = [];
  const recorder = state.recorder === 'on' || state.recorder === 'failed' ? 'stopped' : state.recorder;
  const transcriber = state.transcriber === 'on' || state.transcriber === 'failed' ? 'stopped' : state.transcriber;
  if (recorder !== state.recorder) stops.push({ name: 'record_stop' });
  if (transcriber !== state.transcriber) stops.push({ name: 'transcription_stop' });
  if (stops.length === 0) return stay(state);
  const deafSince = state.deafSince ?? event.at;
  return order([{ ...state, recorder, transcriber, deafSince }, []], event.receivedAt, ...stops);
}
