/** What Telnyx tells of recordings and costs: which link is taken, which never, and which amounts are none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { parseEvent } from '../../src/telnyx/parse-event.ts';

const RECEIVED_AT = Date.UTC(2030, 0, 7, 15, 6, 1);
const CALL = 'call_0199f3c2-7f4e-7000-8000-000000000001';
const OURS = encodeClientState({ callId: CALL, step: 'hpi.pain_level', seq: 7 });
const STAFF = encodeClientState({ callId: CALL, step: 'leg_b', seq: 3 });
const MP3 = 'https://s3.amazonaws.com/telephony-recorder-prod/ACCT/2030-01-07/LEG-1893456000.mp3?X-Amz-Signature=x';
const WAV = MP3.replace('.mp3', '.wav');
const PUBLIC = 'https://s3.amazonaws.com/telephony-recorder-prod/ACCT/public/LEG.mp3';

const bodyOf = (event_type: string, payload: unknown) => ({
  data: {
    ...{ record_type: 'event', event_type, id: 'evt-1', occurred_at: '2030-01-07T15:06:00.000001Z' },
    payload: { call_leg_id: 'leg', call_session_id: 'session', client_state: OURS, ...(payload as object) },
  },
});
const parse = (type: string, payload: Record<string, unknown>) => parseEvent(bodyOf(type, payload), RECEIVED_AT);
const factOf = (type: string, payload: Record<string, unknown>) => {
  const parsed = parse(type, payload);
  return parsed.kind === 'event' ? parsed.event : parsed.kind;
};
const saved = (payload: Record<string, unknown>) => factOf('call.recording.saved', payload);

describe('a saved recording', () => {
  it('as Telnyx documents it is told whole', () => {
    const payload = {
      recording_id: '4d0c2a5e-1b7f-4e58-9c54-0a8d3e1f2b6c',
      channels: 'dual',
      format: 'mp3',
      recording_started_at: '2030-01-07T15:04:10.000001Z',
      recording_ended_at: '2030-01-07T15:06:00.000001Z',
      recording_urls: { mp3: MP3 },
      public_recording_urls: {},
    };
    expect(parse('call.recording.saved', payload)).toEqual({
      kind: 'event',
      callId: CALL,
      event: {
        type: 'recording.saved',
        recordingId: '4d0c2a5e-1b7f-4e58-9c54-0a8d3e1f2b6c',
        startedAt: Date.UTC(2030, 0, 7, 15, 4, 10),
        durationMs: 110_000,
        format: 'mp3',
        link: MP3,
        id: 'evt-1',
        at: Date.UTC(2030, 0, 7, 15, 6),
        receivedAt: RECEIVED_AT,
      },
    });
  });

  it.each<[object, 'mp3' | 'wav' | null, string | null]>([
    [{ recording_urls: { mp3: MP3 } }, 'mp3', MP3],
    [{ recording_urls: { wav: WAV } }, 'wav', WAV],
    [{ recording_urls: { mp3: null, wav: WAV }, format: 'wav' }, 'wav', WAV],
    [{ recording_urls: { mp3: '', wav: WAV } }, 'wav', WAV],
    [{ recording_urls: { mp3: MP3, wav: WAV } }, 'mp3', MP3],
    // What is there counts for more than what is said to be there.
    [{ recording_urls: { mp3: MP3 }, format: 'wav' }, 'mp3', MP3],
    [{ recording_urls: { mp3: 7, wav: WAV } }, 'wav', WAV],
    [{ recording_urls: {}, format: 'wav' }, 'wav', null],
    [{ recording_urls: null, format: 'mp3' }, 'mp3', null],
    [{ recording_urls: MP3, format: 'mp3' }, 'mp3', null],
    [{ recording_urls: [MP3], format: 'mp3' }, 'mp3', null],
    [{ recording_urls: { ogg: MP3 }, format: 'ogg' }, null, null],
    [{ recording_urls: {}, format: 'MP3' }, null, null],
    [{ recording_urls: {}, format: 3 }, null, null],
    [{}, null, null],
  ])('of %j has that format and that link', (payload, format, link) => {
    expect(saved({ recording_id: 'rec-1', ...payload })).toMatchObject({ recordingId: 'rec-1', format, link });
  });

  it.each([
    [{ public_recording_urls: { mp3: PUBLIC } }],
    [{ recording_urls: {}, public_recording_urls: { mp3: PUBLIC, wav: PUBLIC }, format: 'mp3' }],
    [{ recording_urls: null, public_recording_urls: { mp3: PUBLIC } }],
    [{ recording_url: PUBLIC, url: PUBLIC, download_urls: { mp3: PUBLIC } }],
  ])('that opens for everybody is never fetched from there: %j', (payload) => {
    expect(saved({ recording_id: 'rec-1', ...payload })).toMatchObject({ recordingId: 'rec-1', link: null });
    expect(JSON.stringify(saved(payload))).not.toContain('public');
  });

  it('has its own link, whatever public one stands beside it', () => {
    const urls = { recording_urls: { mp3: MP3 }, public_recording_urls: { mp3: PUBLIC } };
    expect(saved(urls)).toMatchObject({ link: MP3 });
  });

  it('has its link in every spelling of the event (Z3, Z14)', () => {
    for (const type of ['recording.saved', 'call_recording_saved', 'recording_saved', 'CALL.RECORDING.SAVED']) {
      expect(factOf(type, { recording_urls: { wav: WAV } })).toMatchObject({ format: 'wav', link: WAV });
    }
  });

  it.each([[''], [null], [undefined], [7], [{}]])('whose id is %j has none that could be asked for', (recording_id) => {
    expect(saved({ recording_id })).toMatchObject({ type: 'recording.saved', recordingId: null });
  });

  it.each<[unknown, number | null]>([
    ['2030-01-07T15:04:10.000001Z', Date.UTC(2030, 0, 7, 15, 4, 10)],
    ['2030-01-07T10:04:10-05:00', Date.UTC(2030, 0, 7, 15, 4, 10)],
    ['noon', null],
    ['', null],
    [1_893_456_000, null],
    [null, null],
  ])('began at %j, if that is a time', (recording_started_at, startedAt) => {
    expect(saved({ recording_started_at })).toMatchObject({ startedAt, durationMs: null });
  });
});

describe('a recording that failed', () => {
  const reason = 'Failed to authorize with storage using custom credentials';

  it.each(['call.recording.error', 'call_recording_error', 'CALL.RECORDING.ERROR'])(
    '%s is that fact and no more',
    (type) => {
      expect(factOf(type, { reason, recording_id: 'rec-1' })).toEqual({
        ...{ type: 'recording.failed', id: 'evt-1' },
        ...{ at: Date.UTC(2030, 0, 7, 15, 6), receivedAt: RECEIVED_AT },
      });
    },
  );
});

describe('a cost', () => {
  const parts = [
    { call_part: 'call-control', cost: '0.0040', currency: 'USD', rate: '0.0020', billed_duration_secs: 120 },
  ];
  const cost = (payload: Record<string, unknown>) => factOf('call.cost', { cost_parts: parts, ...payload });

  it('as Telnyx documents it is told in billionths', () => {
    const payload = { status: 'success', total_cost: '0.0040', billed_duration_secs: 120, billing_group_id: null };
    expect(cost(payload)).toEqual({
      ...{ type: 'cost.reported', nanos: 4_000_000, currency: 'USD' },
      ...{ id: 'evt-1', at: Date.UTC(2030, 0, 7, 15, 6), receivedAt: RECEIVED_AT },
    });
    expect(factOf('call_cost', payload)).toMatchObject({ type: 'cost.reported', nanos: 4_000_000 });
  });

  it.each<[string, number]>([
    ['0', 0],
    ['0.0000', 0],
    ['1', 1_000_000_000],
    ['0.0140', 14_000_000],
    ['0.1', 100_000_000],
    ['0.3', 300_000_000],
    ['1.005', 1_005_000_000],
    ['0.000000001', 1],
    ['0.0000000014', 1],
    ['0.0000000016', 2],
    ['0.000000000001', 0],
    ['007.5', 7_500_000_000],
    ['999999.999999999', 999_999_999_999_999],
  ])('of %s is %i billionths', (total_cost, nanos) => {
    expect(cost({ total_cost })).toMatchObject({ nanos });
  });

  it('is exact, whatever Telnyx charges', () => {
    const units = fc.integer({ min: 0, max: 999_999 });
    const places = fc.stringMatching(/^\d{1,9}$/);
    fc.assert(
      fc.property(units, places, (whole, decimals) => {
        const nanos = Number(BigInt(whole) * 1_000_000_000n + BigInt(decimals.padEnd(9, '0')));
        expect(cost({ total_cost: `${whole}.${decimals}` })).toMatchObject({ nanos });
      }),
    );
  });

  it.each<[unknown]>([
    ...[
      [null],
      [undefined],
      [''],
      ['abc'],
      ['-0.0040'],
      ['+0.0040'],
      ['1e9'],
      ['1E-3'],
      ['0x10'],
      ['NaN'],
      ['Infinity'],
    ],
    ...[['1,5'], ['1.'], ['.5'], ['1.2.3'], [' 0.0040'], ['0.0040 '], ['0.0040\n'], ['$0.0040'], ['0.0040 USD']],
    ...[['1000000'], ['9'.repeat(400)], [`0.${'0'.repeat(13)}`], ['\u0661'], [0.004], [true], [['0.0040']], [{}]],
  ] as [unknown][])('that reads %j is ignored', (total_cost) => {
    expect(parse('call.cost', { total_cost, cost_parts: parts })).toEqual({
      ...{ kind: 'ignored', eventType: 'call.cost', eventId: 'evt-1' },
    });
  });

  it.each<[unknown, string]>([
    [[{ currency: 'EUR' }, { currency: 'USD' }], 'EUR'],
    [[{ currency: 'usd' }], 'USD'],
    [[{ currency: 'EURO' }], 'USD'],
    [[{ currency: null }], 'USD'],
    [[{ currency: 978 }], 'USD'],
    [[{}], 'USD'],
    [[], 'USD'],
    [null, 'USD'],
    ['EUR', 'USD'],
    [[7], 'USD'],
  ])('with the parts %j is in that currency, dollars where none is named', (cost_parts, currency) => {
    expect(cost({ total_cost: '0.0040', cost_parts })).toMatchObject({ nanos: 4_000_000, currency });
  });

  it('without our client_state belongs to the call that its leg tells', () => {
    expect(parse('call.cost', { client_state: null, total_cost: '0.0040' })).toMatchObject({
      ...{ kind: 'unaddressed', legId: 'leg', event: { type: 'cost.reported', nanos: 4_000_000 } },
    });
  });
});

describe('the leg that staff answer', () => {
  const ofStaff = (type: string, payload: object) => parse(type, { client_state: STAFF, ...payload });

  it('costs the call what it costs', () => {
    expect(ofStaff('call.cost', { total_cost: '0.0140', cost_parts: [{ currency: 'USD' }] })).toMatchObject({
      ...{ kind: 'event', callId: CALL, event: { type: 'cost.reported', nanos: 14_000_000, currency: 'USD' } },
    });
    expect(ofStaff('call_cost', { total_cost: '0.0140' })).toMatchObject({ kind: 'event' });
    expect(ofStaff('call.cost', { total_cost: null }).kind).toBe('ignored');
  });

  it.each(['call.recording.saved', 'recording.saved', 'call.recording.error'])('%s is none of the patient', (type) => {
    expect(ofStaff(type, { recording_id: 'rec-2', recording_urls: { mp3: MP3 } }).kind).toBe('ignored');
  });
});

it('whatever stands in the fields, a fact is whole or there is none', () => {
  const names = ['recording_urls', 'public_recording_urls', 'format', 'total_cost', 'cost_parts', 'recording_id'];
  const fields = fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), fc.jsonValue());
  const types = fc.constantFrom('call.recording.saved', 'call.recording.error', 'call.cost');
  fc.assert(
    fc.property(types, fields, fc.constantFrom(OURS, STAFF, null), (type, payload, client_state) => {
      const parsed = parse(type, { ...payload, client_state });
      if (parsed.kind === 'ignored') return;
      const event = parsed.kind === 'event' || parsed.kind === 'unaddressed' ? parsed.event : null;
      switch (event?.type) {
        case 'cost.reported':
          expect([Number.isSafeInteger(event.nanos), event.nanos >= 0]).toEqual([true, true]);
          expect(event.currency).toMatch(/^[A-Z]{3}$/);
          return;
        case 'recording.saved':
          expect(['mp3', 'wav', null]).toContain(event.format);
          expect(event.link === null || (typeof event.link === 'string' && event.link !== '')).toBe(true);
          return;
        default:
          expect(event?.type).toBe('recording.failed');
      }
    }),
  );
});
