/** A year of calls, newest last: rows as newCallRows and finishCall leave them, with log, note, recording and delivery for the newest. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { recordingIdOf } from '../../../src/store/recordings.ts';
import { type DataKey, seal, sealBytes } from '../../../src/store/seal.ts';
import type { Person } from './clinic-people.ts';
import { DAY_MS, digestOf, idAt, random, SIZE } from './clinic-size.ts';
import type { Filler } from './fill-tables.ts';

const FROM = '+12025550100';
const OUTCOMES: readonly (readonly [status: string, upTo: number])[] = [
  ['completed', 0.45],
  ['no_answer', 0.67],
  ['voicemail', 0.79],
  ['partial', 0.87],
  ['busy', 0.91],
  ['declined', 0.95],
  ['failed', 0.97],
  ['canceled', 0.98],
  ['opted_out', 0.99],
  ['wrong_person', 1],
];
/** Of two channels as MP3. */
const BYTES_A_SECOND = 2000;
const ANSWERED = new Set(['completed', 'partial', 'declined', 'opted_out', 'wrong_person']);
const FACTS = JSON.stringify({
  ...{ stopped: false, production: true, approved: true, numberValid: true, suppressed: false, flags: [] },
  ...{ purpose: 'intake', callingHours: 'clinic', spend: null, from: FROM, questionnaire: 'adult-intake/1' },
  ...{ consentId: idAt('con', 0, 0), zones: ['America/New_York'], reason: null, reassigned: 'off' },
  ...{ earlier: { calls: 1, answered: 0 }, reserved: false },
});

/** Of a campaign, whoever is rung next; `last` holds what became of each. */
export interface Dialled {
  readonly id: string;
  readonly contacts: number;
  readonly personOf: (row: number) => number;
  readonly contactOf: (row: number) => string;
  /** By row, from 0. */
  readonly last: { callId: string; status: string; rings: number; at: number }[];
  next: number;
}

interface Golden {
  readonly note: Record<string, unknown> & { readonly patient_info: Record<string, unknown> };
  readonly turns: readonly { readonly on: string; readonly orders: readonly string[] }[];
}
const golden = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../conversations/adult-intake.voice-complete.json'), 'utf8'),
) as Golden;

/** `campaignAt`: whose call it is, by how far the year has come; null: a single call. */
export function addCalls(
  filler: Filler,
  people: readonly Person[],
  campaignAt: (part: number, chance: number) => Dialled | null,
  now: number,
): void {
  const chance = random(2);
  const spend = new Map<string, number>();
  for (let n = 0; n < SIZE.calls; n += 1) {
    const part = n / SIZE.calls;
    const at = Math.floor(now - (1 - part) * SIZE.days * DAY_MS);
    const drawn = chance();
    const status = (OUTCOMES.find(([, upTo]) => drawn < upTo) ?? OUTCOMES[0])?.[0] as string;
    const campaign = campaignAt(part, chance());
    const isInbound = campaign === null && chance() < 0.2;
    const row = campaign === null ? 0 : campaign.next++ % campaign.contacts;
    const person = people[campaign === null ? Math.floor(chance() * people.length) : campaign.personOf(row)] as Person;
    const [callId, attemptId] = [idAt('call', at, n), idAt('att', at, n)];
    const contactId = campaign?.contactOf(row) ?? null;
    const answered = ANSWERED.has(status);
    const seconds = answered ? 40 + Math.floor(chance() * 200) : 25;
    const endedAt = at + 5000 + seconds * 1000;
    const earlier = campaign?.last[row];
    if (campaign !== null) campaign.last[row] = { callId, status, rings: (earlier?.rings ?? 0) + 1, at: endedAt };
    const isFull = n >= SIZE.calls - SIZE.fullCalls;
    const hasNote = isFull && (status === 'completed' || status === 'partial');
    const redFlags = answered && chance() < 0.02 ? 1 : 0;
    const isSigned = hasNote && now - at > 2 * DAY_MS && chance() < 0.9;
    const noteAt = hasNote ? endedAt + 1500 : null;
    const cost = answered ? 4_000_000 + seconds * 120_000 : 2_000_000;
    const day = `${new Date(at).toISOString().slice(0, 10)} ${campaign?.id ?? ''}`;
    spend.set(day, (spend.get(day) ?? 0) + cost);
    filler.add('calls', {
      ...{ id: callId, patient_id: person.id, direction: isInbound ? 'inbound' : 'outbound', status },
      ...{ language: 'en', questionnaire_id: 'adult-intake', questionnaire_version: 1 },
      ...{ attempt: (earlier?.rings ?? 0) + 1, campaign_id: campaign?.id ?? null, contact_id: contactId },
      ...{ external_id: person.externalId, identity: answered ? 'verified' : 'not_checked' },
      ...{ answered_by: answered ? 'human' : status === 'voicemail' ? 'machine' : 'unknown' },
      ...{
        consent_collection: answered ? 'given' : 'not_asked',
        consent_recording: hasNote ? 'given' : answered ? 'declined' : 'not_asked',
      },
      ...{ consent_at: answered ? at + 15_000 : null, created_at: at, dialed_at: isInbound ? null : at + 1000 },
      ...{ answered_at: answered ? at + 5000 : null, greeting_delay_ms: answered ? 320 : null, ended_at: endedAt },
      ...{ hangup_cause: 'normal_clearing', hangup_source: 'caller', sip_hangup_cause: '200', error: null },
      ...{ recording_status: hasNote ? 'ready' : 'none', recording_id: hasNote ? recordingIdOf(callId) : null },
      ...{ recording_duration_ms: hasNote ? seconds * 1000 : null },
      ...{ recording_bytes: hasNote ? seconds * BYTES_A_SECOND : null },
      ...{ cost_nanos: cost, cost_currency: 'USD', red_flags: redFlags, item_codes: hasNote ? 'aaaaaasaaad--' : null },
      ...{
        call_control_id: `v3:${attemptId.slice(4)}`,
        call_leg_id: attemptId.slice(4),
        call_session_id: callId.slice(5),
      },
      ...{
        note_version: hasNote ? 1 : null,
        note_at: noteAt,
        review: hasNote ? (isSigned ? 'signed' : 'unreviewed') : null,
      },
      ...{ signed_by: isSigned ? 'clinician@clinic.example' : null, signed_at: isSigned ? at + DAY_MS : null },
      sealed: seal(
        person.key,
        { table: 'calls', column: 'sealed', row: callId },
        JSON.stringify({ phoneNumber: person.phone, fromNumber: FROM }),
      ),
    });
    if (!isInbound) addDial(filler, { attemptId, callId, campaign, contactId, person, at, answered, endedAt }, n);
    if (redFlags > 0 || chance() < 0.03) addTask(filler, { callId, person, at, redFlags, now }, n);
    if (isFull) addLog(filler, person.key, callId, person.id, at);
    if (!hasNote) continue;
    addNote(filler, person, { callId, status, at: noteAt ?? at, isSigned }, n);
    addRecording(filler, person, { callId, seconds, startedAt: at + 15_000, at: noteAt ?? at });
  }
  for (const [key, nanos] of spend) filler.add('spend', { day: key.slice(0, 10), campaign_id: key.slice(11), nanos });
}

interface Dial {
  readonly attemptId: string;
  readonly callId: string;
  readonly campaign: Dialled | null;
  readonly contactId: string | null;
  readonly person: Person;
  readonly at: number;
  readonly answered: boolean;
  readonly endedAt: number;
}
function addDial(filler: Filler, dial: Dial, n: number): void {
  const { attemptId, callId, campaign, contactId, person, at, answered, endedAt } = dial;
  const about = { call_id: callId, campaign_id: campaign?.id ?? null, contact_id: contactId, patient_id: person.id };
  filler.add('attempts', {
    ...{ id: attemptId, ...about, phone_hash: person.phoneHash, status: 'ended' },
    ...{ reserved_number: null, reserved_patient: null, counts: 1, created_at: at, dialed_at: at + 1000 },
    ...{ answered_at: answered ? at + 5000 : null, ended_at: endedAt },
  });
  filler.add('dial_decisions', {
    ...{ id: idAt('dec', at, n), ...about, attempt_id: attemptId, moment: 'dial', allowed: 1, code: null },
    ...{ policy_version: '2026-11-01', facts: FACTS, decided_at: at },
  });
}

function addTask(
  filler: Filler,
  { callId, person, at, redFlags, now }: { callId: string; person: Person; at: number; redFlags: number; now: number },
  n: number,
): void {
  const isOpen = now - at < DAY_MS / 2;
  filler.add('tasks', {
    ...{
      id: idAt('task', at, n),
      kind: redFlags > 0 ? 'red_flag' : 'callback',
      call_id: callId,
      patient_id: person.id,
    },
    ...{ status: isOpen ? 'open' : 'done', owner: isOpen ? null : 'intake@clinic.example', due_at: at + 4 * 3_600_000 },
    ...{ created_at: at, alert_at: null, claimed_at: null, done_at: isOpen ? null : at + 3_600_000 },
  });
}

/** What a turn of the golden call heard. */
function heardIn(on: string): { readonly input: 'voice' | 'keys'; readonly text: string } | null {
  if (on.startsWith('says ')) return { input: 'voice', text: on.slice(5) };
  const [, text] = / ([\d*#]+)$/.exec(on) ?? [];
  return text === undefined ? null : { input: 'keys', text };
}
/** Of an order that is heard: what is said. */
const wordsOf = (order: string): string[] => (order.includes(': ') ? [order.slice(order.indexOf(': ') + 2)] : []);

/** Fetched, and written down: what was said in the golden call. */
function addRecording(
  filler: Filler,
  { id: patientId, key }: Person,
  { callId, seconds, startedAt, at }: { callId: string; seconds: number; startedAt: number; at: number },
): void {
  filler.add('recordings', {
    ...{ id: recordingIdOf(callId), call_id: callId, patient_id: patientId, status: 'ready', reason: null },
    ...{ telnyx_id: callId.slice(5), sealed: null, link_at: at, format: 'mp3', bytes: seconds * BYTES_A_SECOND },
    ...{ sha256: digestOf(callId), duration_ms: seconds * 1000, started_at: startedAt },
    ...{ consent_event_id: callId.slice(5), consent_at: startedAt, consent_key: '1' },
    ...{ consent_wording: 'consent-en-1', consent_wording_hash: digestOf('consent').slice(0, 16), created_at: at },
    ...{ fetched_at: at + 300, deleted_at_telnyx_at: at + 400 },
  });
  const lines = golden.turns.flatMap(({ on, orders }, i) => {
    const heard = { startMs: i * 4000, endMs: i * 4000 + 2900, confidence: 0.93, item: 'hpi.pain_level' };
    return [
      ...(heardIn(on)?.input === 'voice' ? [{ speaker: 'patient', text: on.slice(5), ...heard }] : []),
      ...orders.flatMap(wordsOf).map((text) => ({ speaker: 'agent', text, ...heard })),
    ];
  });
  const packed = deflateRawSync(JSON.stringify({ lines, soFar: null }));
  filler.add('recording_transcripts', {
    ...{ call_id: callId, patient_id: patientId, status: 'done', code: null, engine: 'workers_ai', language: 'en' },
    sealed: sealBytes(key, { table: 'recording_transcripts', column: 'sealed', row: callId }, packed).toBase64(),
    ...{ pieces: 2, audio_ms: seconds * 2000, cost_nanos: seconds * 17_000, created_at: at, ended_at: at + 30_000 },
  });
}

/** What came and was ordered in the golden call, each line and each key as its own event, and what was said. */
function addLog(filler: Filler, key: DataKey, callId: string, patientId: string, at: number): void {
  const events = golden.turns.flatMap(({ on, orders }, i) => {
    const heard = heardIn(on);
    const keys = heard?.input === 'keys' ? [...heard.text].map(() => 'dtmf.received') : [];
    const type = heard === null ? on.split(' ')[0] : heard.input === 'keys' ? 'gather.ended' : 'transcription.received';
    return [...keys, type].map((each, n) => ({
      ...{ event_id: digestOf(`${callId}-${i}-${n}`).slice(32), type: each },
      ...{ at: at + i * 4000 + n * 600, received_at: at + i * 4000 + n * 600 + 80, effect: 'applied' },
      commands: n < keys.length ? [] : orders.map((order) => order.split(' ')[1]),
    }));
  });
  const transcript = golden.turns.flatMap(({ on, orders }, i) => {
    const heard = heardIn(on);
    return [
      ...(heard === null
        ? []
        : [{ speaker: 'patient', ...heard, at: at + i * 4000, item: 'hpi.pain_level', confidence: null }]),
      ...orders.flatMap(wordsOf).map((text) => ({
        ...{ speaker: 'agent', text, at: at + i * 4000 + 100 },
        ...{ item: 'hpi.pain_level', input: 'voice', confidence: null },
      })),
    ];
  });
  const packed = deflateRawSync(JSON.stringify({ events, transcript }));
  const sealed = sealBytes(key, { table: 'call_logs', column: 'sealed', row: callId }, packed).toBase64();
  filler.add('call_logs', { call_id: callId, patient_id: patientId, sealed, created_at: at + 200_000 });
}

function addNote(
  filler: Filler,
  person: Person,
  { callId, status, at, isSigned }: { callId: string; status: string; at: number; isSigned: boolean },
  n: number,
): void {
  const id = idAt('note', at, n);
  const noteStatus = status === 'completed' ? 'complete' : 'partial';
  const note = {
    ...golden.note,
    ...{ note_id: id, call_id: callId, status: noteStatus },
    patient_info: {
      ...{ patient_id: person.id, external_id: person.externalId, phone_number: person.phone },
      ...{ first_name: person.firstName, last_name: person.lastName, date_of_birth: person.birthDate },
    },
  };
  filler.add('notes', {
    ...{ id, call_id: callId, version: 1, session_version: 1, patient_id: person.id, status: noteStatus },
    sealed: seal(person.key, { table: 'notes', column: 'sealed', row: id }, JSON.stringify(note)),
    created_at: at,
  });
  if (isSigned)
    filler.add('reviews', {
      ...{ id: idAt('rev', at, n), call_id: callId, note_version: 1, patient_id: person.id, kind: 'signature' },
      ...{ actor_id: 'clinician', actor_name: 'clinician@clinic.example', sealed: null, created_at: at + DAY_MS },
    });
  const deliveryId = idAt('dlv', at, n);
  filler.add('deliveries', {
    ...{ id: deliveryId, call_id: callId, note_version: 1, sink: 'backend', status: 'delivered', attempts: 1 },
    ...{ code: null, failed_at: null, created_at: at, ended_at: at + 900, delivered_at: at + 900 },
  });
  filler.add('jobs', {
    ...{ id: idAt('job', at, n), kind: 'deliver', subject: deliveryId, call_id: callId, status: 'done', attempts: 1 },
    ...{ due_at: at + 60_000, progress: null, code: null, created_at: at, ended_at: at + 900 },
  });
}
