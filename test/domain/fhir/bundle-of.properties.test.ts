/** Whatever stands in a note and on file, fitting or not, makes a Bundle that holds the official definitions. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BundleInput, BundleNote } from '../../../src/domain/fhir/bundle-input.ts';
import { bundleOf } from '../../../src/domain/fhir/bundle-of.ts';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { CALL_STATUSES } from '../../../src/domain/intake/call-record.ts';
import { messageAndReply } from '../../../src/domain/intake/message-and-reply.ts';
import type { Questionnaire } from '../../../src/domain/intake/questionnaire.ts';
import type { NoteAnswer } from '../../../src/domain/note/note.ts';
import { judgeBundle } from '../../support/judge-fhir.ts';
import { givenInput, givenNote } from './given-bundle-input.ts';

const RUNS = 60;

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', ' ', '\n', '<b>"&', '\u0000', '\u00a0', 'a\u2028b', 'ñ', '🙂'),
);
const moment = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }).map((at) => new Date(at).toISOString());
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const STATES = ['answered', 'none', 'unknown', 'declined', 'skipped', 'not_asked', 'unclear'] as const;

const said = fc.record(
  {
    state: fc.constantFrom(...STATES),
    value: fc.oneof(
      text,
      fc.boolean(),
      fc.constant(null),
      fc.integer({ min: -20, max: 20 }),
      fc.constant(2.5),
      fc.constant('2020-02-29'),
    ),
    display: text,
    input: fc.constantFrom('keys', 'voice', 'staff'),
    confidence: orNull(fc.constantFrom(0, 0.93, 1)),
    confirmed: fc.boolean(),
    timestamp: moment,
    call_id: fc.constant('call_2'),
    offset_ms: orNull(fc.integer({ min: 0, max: 900_000 })),
  },
  { requiredKeys: ['state'] },
);
const answer = fc
  .tuple(said, fc.option(said, { nil: undefined }), fc.constantFrom('nurse', 'desk'))
  .map(
    ([given, previous, by]): NoteAnswer =>
      (previous === undefined ? given : { ...given, previous, corrected_by: by }) as NoteAnswer,
  );

const sectionsOf = (questionnaire: Questionnaire) =>
  fc.array(answer, { minLength: questionnaire.items.length, maxLength: questionnaire.items.length }).map((answers) => {
    const sections: Record<string, Record<string, NoteAnswer>> = {};
    for (const [index, { id }] of questionnaire.items.entries()) {
      const [section = '', name = ''] = id.split('.');
      sections[section] = { ...sections[section], [name]: answers[index] ?? { state: 'not_asked' } };
    }
    return sections as Partial<BundleNote>;
  });

const everyKind: Questionnaire = {
  ...adultIntake,
  items: [
    ...adultIntake.items,
    ...messageAndReply.items,
    { id: 'hpi.since', type: 'date', notFuture: true, text: { en: 'Since when?', es: '¿Desde cuándo?' } },
  ],
};

const input: fc.Arbitrary<BundleInput> = fc
  .record({
    sections: sectionsOf(everyKind),
    status: fc.constantFrom(...CALL_STATUSES),
    direction: fc.constantFrom('outbound', 'inbound'),
    permissions: fc.tuple(
      fc.constantFrom('given', 'declined', 'not_asked'),
      fc.constantFrom('given', 'declined', 'not_asked'),
    ),
    times: fc.record({
      at: orNull(moment),
      dialed_at: orNull(moment),
      answered_at: orNull(moment),
      ended_at: orNull(moment),
    }),
    names: fc.record({
      firstName: orNull(text),
      lastName: orNull(text),
      externalId: orNull(text),
      state: orNull(text),
    }),
    language: fc.constantFrom('en', 'es'),
    lines: fc.array(fc.record({ speaker: fc.constantFrom('agent', 'patient'), text, timestamp: moment }), {
      maxLength: 3,
    }),
    addendum: text,
    consent: fc.record({ obtainedAt: moment, expiresAt: orNull(moment), revokedAt: orNull(moment) }),
    recording: fc.record({ bytes: orNull(fc.nat()), sha256: orNull(fc.constant('ab')), startedAt: orNull(moment) }),
    key: orNull(text),
    recordingWithdrawnAt: orNull(moment),
  })
  .map((given) => {
    const { at, ...times } = given.times;
    const [collection, recording] = given.permissions as ['given', 'given'];
    const note = givenNote({
      ...given.sections,
      questionnaire: { id: 'adult-intake', version: 1, language: given.language },
    });
    const base = givenInput();
    const review = { noteVersion: 1, by: 'clinician', at: '2026-11-20T18:00:00.000Z' };
    return givenInput({
      call: {
        ...{ ...base.call, ...times, status: given.status, direction: given.direction, language: given.language },
        consent: { collection, recording, at },
      },
      intake_data: { ...note, consent: { ...note.consent, key: given.key, event_id: given.key } },
      transcripts: { items: given.lines as BundleInput['transcripts']['items'] },
      patient: { ...base.patient, ...given.names, language: given.language as 'en' },
      consents: [{ id: 'con_1', basis: 'written', purposes: [], ...given.consent }],
      recording: { id: 'rec_1', status: 'ready', format: null, ...given.recording },
      questionnaire: everyKind,
      recordingWithdrawnAt: given.recordingWithdrawnAt,
      addenda: [{ id: 'rev_1', ...review, text: given.addendum }],
    });
  });

it('makes a sound Bundle of any note, and never a code of none without a no (FH-01, FH-03)', () => {
  fc.assert(
    fc.property(input, (given) => {
      const bundle = bundleOf(given);
      expect(judgeBundle(bundle)).toEqual([]);
      const { allergies, medications } = given.intake_data?.ample ?? {};
      const saysNone = [allergies, medications].some((each) => each?.state === 'none');
      expect(saysNone || !JSON.stringify(bundle).includes(':none-code')).toBe(true);
    }),
    { numRuns: RUNS },
  );
});
