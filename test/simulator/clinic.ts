/**
 * A small clinic in memory that asks the questions of the default script one after another and writes call and note as
 * the API would. It exists to try the personas; it is no model of the worker.
 */
import type { TelnyxEngine } from '../../src/simulator/telnyx-engine.ts';
import type { Delivered } from './rig.ts';
import { clientState } from './rig.ts';

type Meaning = Readonly<Record<string, { state: string; value: unknown }>>;

const answered = (value: unknown) => ({ state: 'answered', value });
const choose = (...values: string[]): Meaning =>
  Object.fromEntries(values.map((value, index) => [index + 1, answered(value)]));
const yesNo: Meaning = { 1: answered(true), 2: { state: 'none', value: false }, 3: { state: 'unknown', value: null } };

const items: Readonly<Record<string, Meaning>> = {
  'hpi.symptom_duration': choose('less_than_1_day', '1_to_3_days', '4_to_7_days', 'more_than_1_week'),
  'hpi.pain_level': Object.fromEntries(Array.from({ length: 11 }, (_, level) => [level, answered(level)])),
  'ample.allergies': yesNo,
  'ample.medications': yesNo,
  'ample.past_medical_history': yesNo,
  'ample.last_meal': choose('within_1_hour', '1_to_3_hours', '3_to_6_hours', 'more_than_6_hours'),
  'family_history.heart_disease': yesNo,
  'family_history.diabetes': yesNo,
  'family_history.cancer': yesNo,
};
const voiceItems = [
  'hpi.chief_complaint',
  'ample.allergies_detail',
  'ample.medications_detail',
  'ample.past_medical_history_detail',
  'ample.events',
];
const numeric = new Set(['birth_date', 'hpi.pain_level']);

export interface ClinicCall {
  readonly call: Record<string, unknown> & { status: string };
  readonly note: Record<string, Record<string, unknown> | string> | null;
}

export class Clinic {
  readonly calls = new Map<string, ClinicCall>();
  engine: TelnyxEngine | null = null;
  readonly #onFile: ReadonlyMap<string, string | null>;

  /** Phone number → birth date as `YYYY-MM-DD`. */
  constructor(onFile: ReadonlyMap<string, string | null>) {
    this.#onFile = onFile;
  }

  async handle({ event }: Delivered): Promise<void> {
    const { call_control_id: id, client_state: state, to } = event.payload;
    const { s, q } = JSON.parse(atob(state));
    const now = this.calls.get(s) ?? { call: { status: 'dialing', consent: {} }, note: null };
    const { call } = now;
    switch (event.event_type) {
      case 'call.answered': {
        const note: ClinicCall['note'] = { patient_info: { phone_number: to }, status: 'partial' };
        for (const item of [...Object.keys(items), ...voiceItems])
          write(note, item, { state: 'not_asked', value: null });
        this.calls.set(s, { call: { ...call, status: 'partial' }, note });
        await this.#ask(id, s, 'opening');
        break;
      }
      case 'call.gather.ended':
        if (event.payload.status !== 'call_hangup') await this.#take(id, s, q, event.payload.digits, to);
        break;
      case 'call.speak.ended':
        await this.#act(id, 'hangup', {});
        break;
      case 'call.hangup':
        if (now.note === null)
          this.calls.set(s, { call: { ...call, status: event.payload.hangup_cause.replace('user_', '') }, note: null });
        break;
    }
  }

  async #take(id: string, callId: string, step: string, digits: string, phone: string): Promise<void> {
    const { call, note } = this.calls.get(callId) as ClinicCall;
    const birthDate = this.#onFile.get(phone) ?? null;
    const end = (status: string) => {
      call.status = status;
      if (note !== null)
        note['status'] = status === 'declined' ? 'declined' : status === 'completed' ? 'complete' : 'partial';
      return this.#act(id, 'speak', { payload: 'Thank you. Goodbye.', voice: 'female' });
    };
    switch (step) {
      case 'opening':
        if (digits === '2') return end('wrong_person');
        if (digits === '9') return end('opted_out');
        call['identity'] = 'not_checked';
        return this.#ask(id, callId, birthDate === null ? 'consent' : 'birth_date');
      case 'birth_date': {
        const [year, month, day] = (birthDate ?? '').split('-');
        if (digits !== `${month}${day}${year}`) return this.#ask(id, callId, 'birth_date');
        call['identity'] = 'verified';
        return this.#ask(id, callId, 'consent');
      }
      case 'consent':
        if (digits === '3') {
          call['consent'] = { collection: 'declined' };
          return end('declined');
        }
        call['consent'] = { collection: 'given', recording: digits === '1' ? 'given' : 'declined' };
        if (digits === '1') await this.#act(id, 'record_start', { channels: 'dual', format: 'mp3' });
        return this.#ask(id, callId, 'hpi.symptom_duration');
    }
    const answer = items[step]?.[digits];
    if (answer === undefined) return this.#ask(id, callId, step);
    if (note !== null) write(note, step, answer);
    const steps = Object.keys(items);
    const next = steps[steps.indexOf(step) + 1];
    return next === undefined ? end('completed') : this.#ask(id, callId, next);
  }

  #ask(id: string, callId: string, step: string): Promise<void> {
    return this.#act(id, 'gather_using_speak', {
      payload: `The question of ${step}?`,
      voice: 'female',
      maximum_tries: 1,
      maximum_digits: numeric.has(step) ? 10 : 1,
      client_state: clientState(step, 0, callId),
    });
  }

  async #act(id: string, name: string, body: object): Promise<void> {
    const engine = this.engine as TelnyxEngine;
    const path = `/v2/calls/${encodeURIComponent(id)}/actions/${name}`;
    await engine.request({ method: 'POST', path, headers: { authorization: `Bearer ${engine.apiKey}` }, body });
  }
}

function write(note: NonNullable<ClinicCall['note']>, step: string, answer: object): void {
  const [section = '', item = ''] = step.split('.');
  note[section] = { ...(note[section] as object), [item]: answer };
}
