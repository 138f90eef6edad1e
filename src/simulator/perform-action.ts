/** `POST /v2/calls/{id}/actions/{name}`: what is checked, in which order, and what each command starts. */
import { answerLeg, hangUpByCommand } from './call-life.ts';
import { readClientState } from './client-state.ts';
import { dedupeMs } from './dial.ts';
import type { Exchange } from './exchange.ts';
import { endGather, startGather } from './gather.ts';
import type { Leg } from './leg.ts';
import { play, stopAsAsked, stopSounds } from './line-audio.ts';
import { type Body, type CommandName, checkParameters, textOf } from './parameters.ts';
import { startPlayback } from './playback.ts';
import { startRecording, stopRecordings } from './recorder.ts';
import { refusal } from './refusal.ts';
import { speechDurationMs } from './speech-duration.ts';
import { startTranscription, stopTranscription } from './transcription.ts';
import { checkTranscriptionConfig } from './transcription-parameters.ts';
import { transfer } from './transfer.ts';

export type ActionName = Exclude<CommandName, 'dial'>;

const actions: Readonly<Record<ActionName, (exchange: Exchange, leg: Leg, body: Body) => void>> = {
  answer,
  hangup: hangUpByCommand,
  speak,
  gather_using_speak: startGather,
  gather_stop: (exchange, leg) => endGather(exchange, leg, 'cancelled'),
  playback_start: startPlayback,
  playback_stop: (exchange, leg, body) => stopSounds(exchange, leg, body['stop'] === 'current' ? 'current' : 'all'),
  record_start: (exchange, leg, body) => startRecording(exchange, leg, body, 'StartCallRecordingAPI'),
  record_stop: (exchange, leg, body) => stopRecordings(exchange, leg, textOf(body, 'recording_id')),
  transcription_start: startTranscription,
  transcription_stop: stopTranscription,
  transfer,
};

export function isAction(name: string): name is ActionName {
  return Object.hasOwn(actions, name);
}

export function performAction(exchange: Exchange, callControlId: string, name: ActionName, body: Body): object {
  const leg = exchange.legs.get(callControlId);
  if (leg === undefined) throw refusal('90015', 'The call control ID is unknown.', '/call_control_id');
  for (const parameter of checkParameters(name, body)) exchange.warn(name, `unknown parameter ${parameter}`);
  if (name === 'transcription_start') {
    for (const field of checkTranscriptionConfig(body)) exchange.warn(name, `unknown configuration ${field}`);
  }
  const commandId = textOf(body, 'command_id');
  const now = exchange.clock.now();
  if (commandId !== null) {
    const seenAt = leg.commandIds.get(commandId);
    if (seenAt !== undefined && now - seenAt < dedupeMs) return { result: 'ok' };
  }
  checkState(leg, name);
  if (commandId !== null) leg.commandIds.set(commandId, now);
  const clientState = textOf(body, 'client_state');
  if (clientState !== null) {
    leg.clientState = clientState;
    leg.record.callId = readClientState(clientState).callId ?? leg.record.callId;
  }
  const { callLegId, callSessionId } = leg;
  exchange.callEvents.push({ at: now, callControlId, callLegId, callSessionId, type: 'command', name, metadata: body });
  actions[name](exchange, leg, body);
  return { result: 'ok' };
}

function checkState(leg: Leg, name: ActionName): void {
  if (leg.phase === 'ended') throw refusal('90018', 'This call is no longer active and cannot receive commands.');
  if (name === 'answer' && leg.direction === 'outgoing') {
    throw refusal('90102', 'The answer command is for inbound calls only.');
  }
  if (leg.phase === 'ringing' && name !== 'answer' && name !== 'hangup') {
    throw refusal('90034', 'The call must be answered before this command.');
  }
  if (name === 'transcription_start' && leg.transcription !== null) {
    throw refusal('90054', 'Only one transcription can run on a call.');
  }
}

function answer(exchange: Exchange, leg: Leg, body: Body): void {
  if (leg.phase === 'answered') {
    exchange.warn('answer', 'the call is answered already');
    return;
  }
  leg.webhookUrl = textOf(body, 'webhook_url') ?? leg.webhookUrl;
  for (const cancel of leg.timers) cancel();
  leg.timers.clear();
  answerLeg(exchange, leg, body);
}

function speak(exchange: Exchange, leg: Leg, body: Body): void {
  const text = textOf(body, 'payload') ?? '';
  stopAsAsked(exchange, leg, body);
  const id = exchange.random.token(8);
  play(exchange, leg, { kind: 'speak', id, text, durationMs: speechDurationMs(text), payload: { speak_id: id } });
}
