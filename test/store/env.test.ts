/** The configuration: each variable missing, malformed and defaulted; what is allowed on loopback only. */
import { describe, expect, it } from 'vitest';
import { type Config, configOf, type Env, readConfig } from '../../src/env.ts';
import { TEST_VARIABLES } from '../support/test-variables.ts';

type Variables = Record<string, string | undefined>;
const {
  CALLING_HOURS: _hours,
  DIAL_RATE_PER_SECOND: _rate,
  MAX_LIVE_CALLS: _lines,
  TELNYX_API_BASE: _base,
  OPT_OUT_NUMBER: _optOut,
  STAFF_TRANSFER_NUMBER: _staff,
  STAFF_HOURS: _staffHours,
  ALERT_URL: _alert,
  ...REQUIRED
} = TEST_VARIABLES;

const read = (changes: Variables = {}) => readConfig({ ...REQUIRED, ...changes } as unknown as Env);
const config = (changes: Variables = {}): Config => {
  const result = read(changes);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
};
const problems = (changes: Variables) => {
  const result = read(changes);
  return result.ok ? [] : result.problems.map(({ variable, code }) => `${variable} ${code}`);
};
const LOOPBACK = { TELNYX_API_BASE: 'http://127.0.0.1:8789/v2' };

describe('readConfig', () => {
  it('with the required variables alone has the defaults', () => {
    expect(config()).toMatchObject({
      loopback: false,
      timerScale: 1,
      telnyx: {
        apiBase: 'https://api.telnyx.com/v2',
        voices: { en: 'Telnyx.KokoroTTS.af', es: 'Telnyx.KokoroTTS.ef_dora' },
        fromNumbers: ['+12025550101'],
        transcriptionModel: 'openai/whisper-large-v3-turbo',
      },
      clinic: { callbackNumber: '+12025550100', optOutNumber: '+12025550100', staff: null },
      alerts: { url: null, secret: null },
      dialing: { ratePerSecond: 1, maxLiveCalls: 2, callingHours: 'policy' },
    });
  });

  it.each(Object.keys(REQUIRED))('names %s when it is missing or empty (S1-T5, S2-L4)', (name) => {
    expect(problems({ [name]: undefined })).toEqual([`${name} missing`]);
    expect(problems({ [name]: '  ' })).toEqual([`${name} missing`]);
  });

  it('names every missing variable at once', () => {
    const result = readConfig({} as Env);
    expect(result.ok ? [] : result.problems.map(({ variable }) => variable)).toEqual(
      expect.arrayContaining(Object.keys(REQUIRED)),
    );
  });

  it.each([
    ['TELNYX_PUBLIC_KEY', 'short'],
    ['TELNYX_PUBLIC_KEY', `${REQUIRED.TELNYX_PUBLIC_KEY},${REQUIRED.TELNYX_PUBLIC_KEY},${REQUIRED.TELNYX_PUBLIC_KEY}`],
    ['TELNYX_FROM_NUMBER', '2025550101'],
    ['TELNYX_FROM_NUMBER', '+12025550101,nonsense'],
    ['TELNYX_API_BASE', 'http://api.telnyx.com/v2'],
    ['TELNYX_API_BASE', 'not a url'],
    ['PUBLIC_URL', 'http://clinic.example'],
    ['PUBLIC_URL', 'clinic.example'],
    ['ACCESS_TEAM_DOMAIN', 'https://team.cloudflareaccess.com/'],
    ['ACCESS_TEAM_DOMAIN', 'team.cloudflareaccess.com'],
    ['CALLBACK_NUMBER', '911'],
    // TC-07: whoever rings back must not pay extra.
    ['CALLBACK_NUMBER', '+19005550143'],
    ['OPT_OUT_NUMBER', '+12029765014'],
    ['OPT_OUT_NUMBER', '+0123456789'],
    ['CLINIC_TIME_ZONE', 'Mars/Olympus'],
    ['CALLING_HOURS', 'sometimes'],
    ['CALLING_HOURS', 'always'],
    ['TIMER_SCALE', '0.5'],
    ['DIAL_RATE_PER_SECOND', '0'],
    ['DIAL_RATE_PER_SECOND', '31'],
    ['DIAL_RATE_PER_SECOND', 'one'],
    ['MAX_LIVE_CALLS', '0'],
    ['MAX_LIVE_CALLS', '1001'],
    ['MAX_LIVE_CALLS', '2.5'],
    ['TELNYX_PUBLIC_KEY', ','],
    ['TELNYX_FROM_NUMBER', ' , '],
    ['VOICES', 'fr=Azure.fr'],
    ['VOICES', 'en=bad voice'],
    ['VOICES', 'en=AWS.Polly.Joanna-Neural'],
    ['VOICES', 'es=Azure.es-MX-DaliaNeural'],
    ['VOICES', 'en=ElevenLabs.eleven_multilingual_v2.x'],
    ['VOICES', 'en=Telnyx.'],
    ['VOICES', 'en=telnyx.KokoroTTS.af'],
    ['VOICES', 'Telnyx.KokoroTTS.af'],
    ['STT_ENGINE', 'Google'],
    ['STT_ENGINE', 'Deepgram'],
    ['STT_ENGINE', 'A'],
    ['STT_ENGINE', 'telnyx'],
    ['STT_ENGINE', 'Telnyx/gpt'],
    ['STAFF_TRANSFER_NUMBER', '2025550109'],
    ['STAFF_TRANSFER_NUMBER', 'sip:desk@clinic.example'],
    ['STAFF_HOURS', 'always'],
    ['STAFF_HOURS', 'Mon-Fri 17:00-09:00'],
    ['STAFF_HOURS', 'Mon-Fri 09:00-17:00; Sat 10:00-12:00'],
    ['ALERT_URL', 'http://alerts.example/'],
    ['ALERT_SECRET', 'whsec_short'],
    ['ALERT_SECRET', 'secret'],
    ['ALERT_URL', 'http://127.0.0.1.example/'],
    ['ALERT_URL', 'ftp://alerts.example/'],
    ['ALERT_URL', 'mailto:nurse@clinic.example'],
    ['ALERT_URL', 'alerts.example/hook'],
    ['TRANSCRIBER', 'whisper'],
    ['TRANSCRIBER', 'OpenAI'],
    ['SINK_BACKEND_KEY', 'two words'],
    ['SINK_BACKEND_KEY', 'a\nb'],
    ['SINK_BACKEND_SECRET', 'whsec_'],
    ['SINK_BACKEND_SECRET', `whsec_${btoa('x'.repeat(23))}`],
    ['SINK_BACKEND_SECRET', `whsec_${btoa('x'.repeat(65))}`],
    ['SINK_BACKEND_SECRET', `sec_${btoa('x'.repeat(32))}`],
    ['SINK_BACKEND_SECRET', 'whsec_not base64 but quite long enough to be one'],
    ['OPENAI_BASE', 'http://api.openai.com/v1'],
    ['OPENAI_BASE', 'http://127.0.0.1.example/v1'],
    ['OPENAI_BASE', 'https://key@api.openai.com/v1'],
    ['OPENAI_BASE', 'https://api.openai.com/v1?to=elsewhere'],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', '1.5'],
    ['RETENTION_DAYS', 'forever'],
    ['PHI_KEYS', 'k1:short'],
  ])('refuses %s=%s (TC-07, HS-14, T18, S1-U1, S1-U3, S1-K1, S1-R5)', (name, value) => {
    expect(problems({ [name]: value })).toEqual([`${name} malformed`]);
  });

  it('never puts a value into a problem or an error (SE-28)', () => {
    const env = { ...REQUIRED, PHI_KEYS: 'k1:secretsecret', CALLBACK_NUMBER: '555-0100' } as unknown as Env;
    expect(JSON.stringify(readConfig(env))).not.toMatch(/secret|555/);
    expect(() => configOf(env)).toThrow('configuration is incomplete: CALLBACK_NUMBER, PHI_KEYS');
  });

  it('opens always and small timers on loopback alone (S1-M14, S2-V2)', () => {
    expect(config({ ...LOOPBACK, CALLING_HOURS: 'always', TIMER_SCALE: '0.05' })).toMatchObject({
      loopback: true,
      timerScale: 0.05,
      dialing: { callingHours: 'always' },
    });
    for (const base of ['https://127.0.0.1.example/v2', 'https://localhost.example/v2']) {
      expect(problems({ TELNYX_API_BASE: base, CALLING_HOURS: 'always', TIMER_SCALE: '0.05' })).toEqual([
        'CALLING_HOURS malformed',
        'TIMER_SCALE malformed',
      ]);
    }
    expect(config({ TELNYX_API_BASE: 'http://localhost:1/v2' }).loopback).toBe(true);
    expect(config({ TELNYX_API_BASE: 'http://[::1]:1/v2' }).loopback).toBe(true);
  });

  it.each(['fast', '0', '-1', '2'])('refuses TIMER_SCALE=%s on loopback too', (value) => {
    expect(problems({ ...LOOPBACK, TIMER_SCALE: value })).toEqual(['TIMER_SCALE malformed']);
  });

  it('reads lists, trims, and lowers the case of addresses', () => {
    const read = config({
      TELNYX_FROM_NUMBER: ' +12025550101 , +12025550102,',
      ADMIN_EMAILS: 'Ada@Clinic.example, 0123.access',
      TELNYX_PUBLIC_KEY: `${REQUIRED.TELNYX_PUBLIC_KEY},${'B'.repeat(43)}=`,
      VOICES: 'es=Telnyx.NaturalHD.luna',
      OPT_OUT_NUMBER: '+12025550199',
      MAX_LIVE_CALLS: '20',
      DIAL_RATE_PER_SECOND: '0.5',
    });
    expect(read.telnyx.fromNumbers).toEqual(['+12025550101', '+12025550102']);
    expect([...read.access.admins]).toEqual(['ada@clinic.example', '0123.access']);
    expect(read.telnyx.publicKeys).toHaveLength(2);
    expect(read.telnyx.voices).toEqual({ en: 'Telnyx.KokoroTTS.af', es: 'Telnyx.NaturalHD.luna' });
    expect(read.clinic.optOutNumber).toBe('+12025550199');
    expect(read.dialing).toMatchObject({ maxLiveCalls: 20, ratePerSecond: 0.5 });
  });

  it.each([
    ['Telnyx', 'openai/whisper-large-v3-turbo'],
    [' Telnyx ', 'openai/whisper-large-v3-turbo'],
    ['Telnyx/whisper-tiny', 'openai/whisper-tiny'],
  ])('knows the speech engine %s, hosted by Telnyx (HS-14, T18)', (engine, model) => {
    expect(config({ STT_ENGINE: engine }).telnyx.transcriptionModel).toBe(model);
  });

  it('takes the voices that Telnyx hosts (HS-14)', () => {
    expect(config({ VOICES: 'en=Telnyx.NaturalHD.astra, es=Telnyx.Ultra.Clara' }).telnyx.voices).toEqual({
      en: 'Telnyx.NaturalHD.astra',
      es: 'Telnyx.Ultra.Clara',
    });
  });

  it('has the hours of staff beside their number, and none without it', () => {
    expect(config({ STAFF_TRANSFER_NUMBER: '+12025550109' }).clinic.staff).toMatchObject({
      number: '+12025550109',
      hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: 540, until: 1020 }],
    });
    const some = { STAFF_TRANSFER_NUMBER: '+12025550109', STAFF_HOURS: 'Mon 08:00-12:00, Sat 10:00-24:00' };
    expect(config(some).clinic.staff?.hours).toEqual([
      { days: ['mon'], from: 480, until: 720 },
      { days: ['sat'], from: 600, until: 1440 },
    ]);
    expect(config({ STAFF_HOURS: 'Mon 08:00-12:00' }).clinic.staff).toBeNull();
  });

  it.each([
    'https://alerts.example/hook?token=x',
    'http://127.0.0.1:9/alerts',
    'http://localhost:8791/',
    'http://[::1]:8791/',
  ])('takes %s for alerts, query and all', (url) => {
    expect(config({ ALERT_URL: url }).alerts.url).toBe(url);
  });

  it.each([
    [{}, { engine: 'off', refusal: 'transcriber_off' }],
    [{ TRANSCRIBER: 'telnyx', BAA_CONFIRMED: 'telnyx' }, { refusal: 'engine_cannot_upload' }],
    [{ TRANSCRIBER: 'openai' }, { engine: 'openai', refusal: 'no_api_key' }],
    [{ TRANSCRIBER: 'openai', OPENAI_API_KEY: 'sk-1' }, { refusal: 'vendor_not_confirmed' }],
    // That no real patient can be rung does not make OpenAI this machine.
    [{ ...LOOPBACK, TRANSCRIBER: 'openai', OPENAI_API_KEY: 'sk-1' }, { refusal: 'vendor_not_confirmed' }],
    [
      { TRANSCRIBER: 'openai', OPENAI_API_KEY: 'sk-1', BAA_CONFIRMED: 'telnyx, openai' },
      { refusal: null, openai: { apiKey: 'sk-1', base: 'https://api.openai.com/v1' } },
    ],
    [
      { TRANSCRIBER: 'openai', OPENAI_API_KEY: 'sk-1', OPENAI_BASE: 'http://127.0.0.1:8789/v1/' },
      { refusal: null, openai: { apiKey: 'sk-1', base: 'http://127.0.0.1:8789/v1' } },
    ],
    [{ TRANSCRIBER: 'workers-ai', BAA_CONFIRMED: 'cloudflare' }, { refusal: 'no_ai_binding' }],
  ])('of uploads with %j: %j (HS-14)', (variables, transcription) => {
    expect(config(variables).transcription).toMatchObject(transcription);
  });

  it('keeps uploads for 90 days unless told otherwise', () => {
    expect(config().retentionDays).toBe(90);
    expect(config({ RETENTION_DAYS: '30' }).retentionDays).toBe(30);
  });

  const SECRET = `whsec_${btoa('x'.repeat(24))}`;
  it('hands notes to nobody unless told otherwise, and then only with a secret to sign with', () => {
    const none = { backend: null, fhir: null, r2: null, alert: null };
    expect(config().sinks).toEqual(none);
    expect(config({ SINK_BACKEND_SECRET: SECRET, SINK_BACKEND_KEY: 'key' }).sinks).toEqual(none);
    expect(problems({ SINK_BACKEND_URL: 'https://ehr.example/intake' })).toEqual(['SINK_BACKEND_SECRET missing']);
    const SINK_BACKEND_URL = 'https://ehr.example/intake';
    expect(config({ SINK_BACKEND_URL, SINK_BACKEND_SECRET: SECRET }).sinks).toEqual({
      ...none,
      backend: { url: SINK_BACKEND_URL, key: '', secret: SECRET },
    });
    const loopback = { SINK_BACKEND_URL: 'http://127.0.0.1:1/x', SINK_BACKEND_SECRET: SECRET, SINK_BACKEND_KEY: ' k ' };
    expect(config(loopback).sinks.backend).toMatchObject({ url: 'http://127.0.0.1:1/x', key: 'k' });
  });

  const FHIR_BASE = 'https://fhir.example/r4';
  const client = {
    ...{ FHIR_TOKEN_URL: 'https://login.example/token', FHIR_CLIENT_ID: 'us', FHIR_CLIENT_SECRET: 'hush' },
  };
  it.each([
    [{ FHIR_TOKEN: 'key' }, null],
    [
      { FHIR_BASE, FHIR_TOKEN: 'key' },
      { base: FHIR_BASE, access: { kind: 'token', token: 'key' } },
    ],
    [{ FHIR_BASE: `${FHIR_BASE}//`, FHIR_TOKEN: 'key' }, { base: FHIR_BASE }],
    [{ FHIR_BASE: 'http://127.0.0.1:1/r4' }, { base: 'http://127.0.0.1:1/r4', access: { kind: 'open' } }],
    [
      { FHIR_BASE, ...client, FHIR_SCOPE: 'system/*.cud' },
      {
        base: FHIR_BASE,
        access: { kind: 'client', tokenUrl: client.FHIR_TOKEN_URL, id: 'us', secret: 'hush', scope: 'system/*.cud' },
      },
    ],
  ])('sends FHIR with %j as %j', (variables, fhir) => {
    if (fhir === null) expect(config(variables).sinks.fhir).toBeNull();
    else expect(config(variables).sinks.fhir).toMatchObject(fhir);
  });

  it.each([
    [{ FHIR_BASE }, ['FHIR_TOKEN missing']],
    [{ FHIR_BASE: 'http://fhir.example', FHIR_TOKEN: 'key' }, ['FHIR_BASE malformed']],
    [{ FHIR_BASE: `${FHIR_BASE}?tenant=1`, FHIR_TOKEN: 'key' }, ['FHIR_BASE malformed']],
    [{ FHIR_BASE, FHIR_TOKEN: 'two words' }, ['FHIR_TOKEN malformed']],
    [{ FHIR_BASE, ...client, FHIR_TOKEN: 'key' }, ['FHIR_TOKEN malformed']],
    [{ FHIR_BASE, ...client, FHIR_TOKEN_URL: '' }, ['FHIR_TOKEN_URL missing']],
    [{ FHIR_BASE, ...client, FHIR_TOKEN_URL: 'http://login.example' }, ['FHIR_TOKEN_URL malformed']],
    [{ FHIR_BASE, ...client, FHIR_CLIENT_ID: '' }, ['FHIR_CLIENT_ID missing']],
    [{ FHIR_BASE, ...client, FHIR_CLIENT_SECRET: '' }, ['FHIR_CLIENT_SECRET missing']],
    [{ FHIR_BASE, ...client, FHIR_SCOPE: 'a"b' }, ['FHIR_SCOPE malformed']],
    [{ SINK_R2: 'yes' }, ['SINK_R2 malformed']],
    [{ SINK_ALERT_URL: 'https://pager.example' }, ['SINK_ALERT_SECRET missing']],
    [{ SINK_ALERT_URL: 'http://pager.example', SINK_ALERT_SECRET: SECRET }, ['SINK_ALERT_URL malformed']],
    [{ SINK_ALERT_SECRET: 'hush' }, ['SINK_ALERT_SECRET malformed']],
  ])('refuses half a system: %j', (variables, named) => {
    expect(problems(variables)).toEqual(named);
  });

  it('calls the clinic’s ids of patients what it is told to, and takes only a URI', () => {
    expect(config({}).clinic.patientSystem).toBeNull();
    for (const FHIR_PATIENT_SYSTEM of ['urn:oid:1.2.36.146', 'https://clinic.example/mrn'])
      expect(config({ FHIR_PATIENT_SYSTEM }).clinic.patientSystem).toBe(FHIR_PATIENT_SYSTEM);
    for (const FHIR_PATIENT_SYSTEM of ['MRN', 'urn:', 'https://clinic.example/m rn', 'urn:a|b'])
      expect(problems({ FHIR_PATIENT_SYSTEM })).toEqual(['FHIR_PATIENT_SYSTEM malformed']);
  });

  it('archives notes, and tells of them, only when told to', () => {
    expect([config({ SINK_R2: 'off' }).sinks.r2, config({ SINK_R2: 'on' }).sinks.r2]).toEqual([null, {}]);
    const alert = { SINK_ALERT_URL: 'https://pager.example/x', SINK_ALERT_SECRET: SECRET };
    expect(config(alert).sinks.alert).toEqual({ url: 'https://pager.example/x', key: '', secret: SECRET });
  });

  it.each([
    'http://ehr.example/intake',
    'http://127.0.0.1.example/intake',
    'https://key@ehr.example/intake',
    'https://ehr.example/intake?key=1',
    'https://ehr.example/#intake',
    'ehr.example',
  ])('hands notes to no address like %s', (url) => {
    expect(problems({ SINK_BACKEND_URL: url, SINK_BACKEND_SECRET: SECRET })).toEqual(['SINK_BACKEND_URL malformed']);
  });

  it('is parsed once per env', () => {
    const env = { ...REQUIRED } as unknown as Env;
    expect(readConfig(env)).toBe(readConfig(env));
  });
});
