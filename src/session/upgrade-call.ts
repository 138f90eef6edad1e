/**
 * A stored call of an older version as today's: a deploy finds calls under way. Version 1 knew no speech, no machines, no
 * staff and no inbound calls, version 2 no cost and no address of a recording, version 3
 * did not say how long the first words took; what is lacking is set to what it was in effect. A version not known here cannot be read.
 */
import type { CallPlan } from '../domain/intake/call-plan.ts';
import { type CallState, newCall, type OpenQuestion, type SavedRecording } from '../domain/intake/state.ts';
import type { SessionRecord } from './call-storage.ts';

type Loose = Readonly<Record<string, unknown>>;
export interface StoredCall {
  readonly plan: Loose;
  readonly record: Omit<SessionRecord, 'state'> & { readonly state: Loose };
}

export function upgradeCall(stored: StoredCall): { plan: CallPlan; record: SessionRecord } {
  const plan = upgradePlan(stored.plan);
  const { record } = stored;
  switch (record.state.version) {
    case 4:
      return { plan, record: record as unknown as SessionRecord };
    case 3:
      return { plan, record: { ...record, state: stateFrom3(record) } };
    case 2:
      return { plan, record: { ...record, state: stateFrom2(record) } };
    case 1: {
      const transcript = record.transcript.map((line) => ({ ...line, confidence: null }));
      const state = { ...stateFrom1(plan, record.state), greetingDelayMs: greetingDelayFrom(record.state, transcript) };
      const pending = record.pending.map((entry) => ({ ...entry, command: withNumber(entry.command, plan) }));
      return { plan, record: { ...record, pending, transcript, state } };
    }
    default:
      throw new Error(`state version ${String(record.state.version)} cannot be read`);
  }
}

/** The plan is written once: it stays as it was, whatever the record has become. Only version 1 had `to`. */
function upgradePlan(stored: Loose): CallPlan {
  const plan = 'to' in stored ? planFrom1(stored) : stored;
  // Until campaigns came nothing was filled in, and nothing was played.
  const ofCampaign = { variables: {}, mediaUrl: null };
  const candidates = (plan.candidates as Loose[]).map((candidate) => ({ ...ofCampaign, ...candidate }));
  return { ...ofCampaign, ...plan, candidates } as unknown as CallPlan;
}

function planFrom1({ to, from, ...plan }: Loose): Loose {
  const questionnaire = { redFlags: [], voicemail: 'message', ...(plan.questionnaire as Loose) };
  const patient = { minor: false, ...(plan.patient as Loose) };
  const added = { candidates: [], optOutLine: false, wordings: {}, staff: null, today: '' };
  return { ...added, patientNumber: to, clinicNumber: from, ...plan, patient, questionnaire };
}

function stateFrom1(plan: CallPlan, state: Loose): CallState {
  const blank = newCall(plan);
  const question = (open: unknown) => (open ? { since: 0, flag: null, settling: null, ...(open as object) } : null);
  const consent = { ...blank.consent, ...(state.consent as object) };
  const recording = recordingFrom(state);
  return {
    ...blank,
    ...state,
    ...{ version: 4, consent, recording, lastQuestion: question(state.lastQuestion) as OpenQuestion | null },
    // It was never started: items of speech are left to staff, as that version did.
    transcriber: 'off',
    ...(state.question ? { question: question(state.question) } : {}),
    ...(state.phase === 'closing' ? { speakAt: 0 } : {}),
  } as CallState;
}

const stateFrom2 = ({ state, transcript }: StoredCall['record']): CallState => {
  const added = { recording: recordingFrom(state), strayRecordings: [], cost: null };
  return stateFrom3({ state: { ...state, ...added }, transcript });
};

const stateFrom3 = ({ state, transcript }: Pick<StoredCall['record'], 'state' | 'transcript'>): CallState =>
  ({ ...state, version: 4, greetingDelayMs: greetingDelayFrom(state, transcript) }) as unknown as CallState;

/** The transcript has what it says first, and when Telnyx took it. */
function greetingDelayFrom({ answeredAt }: Loose, transcript: SessionRecord['transcript']): number | null {
  const greeting = transcript.find(({ speaker }) => speaker === 'agent');
  if (typeof answeredAt !== 'number' || greeting === undefined) return null;
  return Math.max(0, greeting.at - answeredAt);
}

/** What older versions were not told of it. */
const recordingFrom = ({ recording }: Loose): SavedRecording | null =>
  recording
    ? { id: null, startedAt: null, durationMs: null, format: null, link: null, linkAt: null, ...recording }
    : null;

const withNumber = <T extends { readonly name: string }>(command: T, plan: CallPlan): T =>
  command.name === 'suppress_number' ? { ...command, number: plan.patientNumber } : command;
