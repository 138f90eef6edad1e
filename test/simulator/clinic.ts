/**
 * A small clinic in memory that goes through the default script and writes call and note as the API would. It exists to
 * try the personas and the judge; it is no model of the worker: it counts on every event coming once and in order.
 */
import type { Clock } from '../../src/simulator/clock.ts';
import type { TelnyxEngine } from '../../src/simulator/telnyx-engine.ts';
import { type Answer, confirmKeys, isVoice, menus, numeric, redFlagOf, steps, wantsDetail } from './clinic-script.ts';
import type { Delivered } from './rig.ts';
import { clientState } from './rig.ts';

export interface ClinicCall {
  readonly call: { status: string; identity?: string; consent: Record<string, string>; voicemail?: boolean };
  readonly note: Record<string, unknown> | null;
}

interface Conversation {
  readonly id: string;
  readonly leg: string;
  readonly phone: string;
  readonly call: ClinicCall['call'];
  readonly answers: Map<string, Answer>;
  readonly redFlags: object[];
  step: string;
  /** The question itself, while the read-back or a red flag is open. */
  item: string;
  words: string[];
  wordsEvent: string;
  tries: { silent: number; other: number };
  silentItems: number;
  recording: boolean;
  awaitsCommand: boolean;
  /** The question was ended by a key, and words may still be under way. */
  awaitsWords: boolean;
  isMachine: boolean;
  stop: (() => void) | null;
  end: 'talking' | 'last-words' | 'over';
}

export class Clinic {
  readonly calls = new Map<string, ClinicCall>();
  engine: TelnyxEngine | null = null;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #onFile: ReadonlyMap<string, string | null>;
  readonly #live = new Map<string, Conversation>();
  readonly #unfinished = new Map<string, Conversation>();

  readonly #readsCommands: boolean;

  /** `onFile`: phone number → birth date as `YYYY-MM-DD`. `readsCommands`: a `*` is answered with a prompt at once. */
  constructor(onFile: ReadonlyMap<string, string | null>, clock: Clock, speed = 1, readsCommands = false) {
    this.#onFile = onFile;
    this.#clock = clock;
    this.#speed = speed;
    this.#readsCommands = readsCommands;
  }

  async handle({ event }: Delivered): Promise<void> {
    const { payload } = event;
    const leg: string = payload.call_control_id;
    const { s = '', q = '' } = payload.client_state === null ? {} : JSON.parse(atob(payload.client_state));
    if (event.event_type === 'call.initiated') {
      if (payload.direction !== 'incoming') return;
      const earlier = this.#unfinished.get(payload.from);
      await this.#act(leg, 'answer', { client_state: clientState('answer', 0, `${earlier?.id ?? payload.from}.back`) });
      return;
    }
    if (q === 'leg_b') return this.#onStaffLeg(event.event_type, s);
    const talk = this.#live.get(s);
    if (talk === undefined || talk.end === 'over') {
      if (event.event_type === 'call.answered') await this.#begin(s, leg, payload);
      if (event.event_type === 'call.hangup' && !this.calls.has(s)) this.#neverAnswered(s, payload.hangup_cause);
      return;
    }
    switch (event.event_type) {
      case 'call.machine.premium.detection.ended':
        if (payload.result === 'machine') await this.#onMachine(talk);
        break;
      case 'call.machine.premium.greeting.ended':
        await this.#onMachine(talk);
        talk.call.status = 'voicemail';
        await this.#lastWords(talk, 'voicemail', 'Please call us back.');
        break;
      case 'call.transcription':
        if (payload.transcription_data.is_final) this.#hear(talk, event.id, payload.transcription_data.transcript);
        break;
      case 'call.dtmf.received':
        if (talk.awaitsCommand) {
          talk.awaitsCommand = false;
          await this.#command(talk, payload.digit);
        }
        break;
      case 'call.gather.ended':
        if (payload.status !== 'call_hangup' && q === talk.step && !talk.isMachine) {
          await this.#take(talk, event.id, payload.digits, payload.status);
        }
        break;
      case 'call.speak.ended':
        if (talk.end === 'last-words') await this.#act(leg, 'hangup');
        break;
      case 'call.hangup':
        this.#finish(talk);
        break;
    }
  }

  #neverAnswered(id: string, cause: string): void {
    const status = cause === 'user_busy' ? 'busy' : 'no_answer';
    this.calls.set(id, { call: { status, consent: {} }, note: null });
  }

  async #begin(id: string, leg: string, { to, from }: { to: string; from: string }): Promise<void> {
    const phone = this.#onFile.has(to) ? to : from;
    const earlier = id.endsWith('.back') ? this.#unfinished.get(phone) : undefined;
    const talk: Conversation = {
      ...{ id, leg, phone, call: { status: 'partial', consent: {} }, redFlags: [], step: '', item: '', words: [] },
      ...{
        wordsEvent: '',
        tries: { silent: 0, other: 0 },
        silentItems: 0,
        recording: false,
        awaitsCommand: false,
        awaitsWords: false,
      },
      ...{ isMachine: false, stop: null, end: 'talking', answers: new Map(earlier?.answers) },
    };
    this.#live.set(id, talk);
    await this.#ask(talk, 'opening');
  }

  async #onMachine(talk: Conversation): Promise<void> {
    if (talk.isMachine) return;
    talk.isMachine = true;
    await this.#act(talk.leg, 'gather_stop');
  }

  async #onStaffLeg(type: string, id: string): Promise<void> {
    const talk = this.#live.get(id);
    if (talk === undefined || talk.end === 'over') return;
    if (type === 'call.answered') talk.end = 'last-words';
    if (type === 'call.hangup' && talk.end === 'talking') await this.#ask(talk, talk.step);
  }

  #hear(talk: Conversation, eventId: string, transcript: string): void {
    if (!isVoice(talk.step)) return;
    talk.words.push(transcript);
    talk.wordsEvent = eventId;
    if (!talk.awaitsWords) this.#after(talk, 2_000, () => this.#act(talk.leg, 'gather_stop'));
  }

  #after(talk: Conversation, ms: number, task: () => Promise<void>): void {
    talk.stop?.();
    talk.stop = this.#clock.after(ms / this.#speed, task);
  }

  async #take(talk: Conversation, eventId: string, digits: string, status: string): Promise<void> {
    const { step } = talk;
    const star = digits.indexOf('*');
    if (star >= 0) {
      const key = digits[star + 1];
      if (key !== undefined) return this.#command(talk, key);
      talk.awaitsCommand = true;
      return this.#readsCommands ? this.#gather(talk, 'command', 'Press 0, 7, 8, 9 or star.') : undefined;
    }
    if (isVoice(step)) {
      // Words may still be under way when the patient presses # right after them.
      if (status === 'cancelled') return this.#endSpeech(talk);
      talk.awaitsWords = true;
      return this.#after(talk, status === 'timeout' ? 0 : 1_500, () => this.#endSpeech(talk));
    }
    const birthDate = this.#onFile.get(talk.phone) ?? null;
    switch (step) {
      case 'opening':
        if (digits === '3') return this.#ask(talk, 'opening');
        if (digits === '2') return this.#lastWords(talk, 'wrong_person');
        if (digits === '9') return this.#lastWords(talk, 'opted_out');
        talk.call.identity = 'not_checked';
        return this.#ask(talk, birthDate === null ? 'consent' : 'birth_date');
      case 'birth_date': {
        const [year, month, day] = (birthDate ?? '').split('-');
        if (digits !== `${month}${day}${year}`) return this.#ask(talk, 'birth_date');
        talk.call.identity = 'verified';
        return this.#ask(talk, 'consent');
      }
      case 'consent':
        talk.call.consent = { collection: digits === '3' ? 'declined' : 'given' };
        if (digits === '3') return this.#lastWords(talk, 'declined');
        talk.call.consent['recording'] = digits === '1' ? 'given' : 'declined';
        talk.recording = digits === '1';
        if (talk.recording) {
          await this.#act(talk.leg, 'record_start', { channels: 'dual', format: 'mp3' });
          await this.#act(talk.leg, 'transcription_start');
        }
        return this.#askNext(talk);
      case 'red_flag':
        return digits === '1' ? this.#transfer(talk) : this.#askNext(talk);
    }
    if (step.endsWith('.confirm')) return this.#confirm(talk, digits);
    const answer = menus[step]?.[digits];
    if (answer === undefined) return this.#tryAgain(talk, status === 'timeout' && digits === '');
    return this.#settle(talk, { ...answer, ...this.#provenance('keys', eventId) });
  }

  async #endSpeech(talk: Conversation): Promise<void> {
    talk.stop?.();
    if (talk.words.length === 0) return this.#tryAgain(talk, true);
    const flag = redFlagOf(talk.words.join(' '));
    if (flag !== null && !talk.redFlags.some((each) => (each as { rule: string }).rule === flag)) {
      talk.redFlags.push({ rule: flag, item: talk.item, level: 'urgent', acknowledged_by: null });
    }
    await this.#ask(talk, `${talk.item}.confirm`, `You said: ${talk.words.join(' ')}. Press 1, 2 or 3.`);
  }

  async #confirm(talk: Conversation, digits: string): Promise<void> {
    if (digits === '2') {
      talk.words = [];
      return this.#ask(talk, talk.item);
    }
    if (digits === '3') return this.#settle(talk, { state: 'skipped', value: null });
    const value = talk.words.join(' ');
    const confirmed = digits === '1';
    const answer = { state: 'answered', value, confirmed, ...this.#provenance('voice', talk.wordsEvent) };
    if (redFlagOf(value) === null) return this.#settle(talk, answer);
    talk.answers.set(talk.item, answer);
    return this.#ask(talk, 'red_flag');
  }

  async #command(talk: Conversation, key: string): Promise<void> {
    // A key that came before its prompt leaves that one open.
    if (this.#readsCommands) await this.#act(talk.leg, 'gather_stop');
    if (key === '9') return this.#lastWords(talk, 'opted_out');
    if (key === '0') return this.#transfer(talk);
    if (key === '7') return this.#settle(talk, { state: 'skipped', value: null });
    if (key === '8') {
      talk.recording = false;
      await this.#act(talk.leg, 'record_stop');
      await this.#act(talk.leg, 'transcription_stop');
    }
    return this.#ask(talk, talk.step);
  }

  async #transfer(talk: Conversation): Promise<void> {
    const state = clientState('leg_b', 0, talk.id);
    await this.#act(talk.leg, 'transfer', { to: '+12025550190', timeout_secs: 20, target_leg_client_state: state });
  }

  async #tryAgain(talk: Conversation, isSilent: boolean): Promise<void> {
    talk.tries[isSilent ? 'silent' : 'other'] += 1;
    const { silent, other } = talk.tries;
    if (silent + other < 3) return this.#ask(talk, talk.step);
    if (other > 0) return this.#settle(talk, { state: 'unclear', value: null });
    talk.silentItems += 1;
    if (talk.silentItems < 3) return this.#settle(talk, { state: 'skipped', value: null }, false);
    talk.answers.set(talk.item, { state: 'skipped', value: null });
    return this.#lastWords(talk, 'partial');
  }

  async #settle(talk: Conversation, answer: Answer, wasThere = true): Promise<void> {
    talk.answers.set(talk.item, answer);
    if (wasThere) talk.silentItems = 0;
    await this.#askNext(talk);
  }

  async #askNext(talk: Conversation): Promise<void> {
    const wanted = (item: string): boolean =>
      !talk.answers.has(item) && wantsDetail(item, talk.answers) && (talk.recording || !isVoice(item));
    const next = steps.find(wanted);
    if (next === undefined) return this.#lastWords(talk, 'completed');
    talk.item = next;
    talk.words = [];
    talk.tries = { silent: 0, other: 0 };
    return this.#ask(talk, next);
  }

  #provenance(input: 'keys' | 'voice', eventId: string): object {
    return { input, event_id: eventId, timestamp: new Date(this.#clock.now()).toISOString() };
  }

  async #ask(talk: Conversation, step: string, payload = `The question of ${step}?`): Promise<void> {
    talk.step = step;
    talk.awaitsWords = false;
    return this.#gather(talk, step, payload);
  }

  async #gather(talk: Conversation, step: string, payload: string): Promise<void> {
    await this.#act(talk.leg, 'gather_using_speak', {
      payload,
      voice: 'female',
      maximum_tries: 1,
      timeout_millis: isVoice(step) ? 30_000 : 8_000,
      maximum_digits: numeric.has(step) ? 10 : 1,
      ...(step.endsWith('.confirm') ? { valid_digits: confirmKeys } : {}),
      client_state: clientState(step, 0, talk.id),
    });
  }

  async #lastWords(talk: Conversation, status: string, payload = 'Thank you. Goodbye.'): Promise<void> {
    talk.call.status = status;
    talk.end = 'last-words';
    await this.#act(talk.leg, 'speak', { payload, voice: 'female' });
  }

  #finish(talk: Conversation): void {
    talk.stop?.();
    talk.end = 'over';
    const { status } = talk.call;
    const note: Record<string, Record<string, unknown> | string | object[]> = {
      patient_info: { phone_number: talk.phone },
      status: status === 'completed' ? 'complete' : status === 'declined' ? 'declined' : 'partial',
      red_flags: talk.redFlags,
    };
    for (const step of steps) {
      const [section = '', item = ''] = step.split('.');
      note[section] = { ...(note[section] as object), [item]: talk.answers.get(step) ?? { state: 'not_asked' } };
    }
    this.calls.set(talk.id, { call: talk.call, note: status === 'voicemail' ? null : note });
    if (status === 'partial') this.#unfinished.set(talk.phone, talk);
  }

  async #act(leg: string, name: string, body: object = {}): Promise<void> {
    const engine = this.engine as TelnyxEngine;
    const path = `/v2/calls/${encodeURIComponent(leg)}/actions/${name}`;
    await engine.request({ method: 'POST', path, headers: { authorization: `Bearer ${engine.apiKey}` }, body });
  }
}
