/** The judges of the Bundles find what is planted: a test that cannot fail shows nothing. */
import type { Bundle, FhirResource } from 'fhir/r4';
import { expect, it } from 'vitest';
import { bundleOf } from '../../../src/domain/fhir/bundle-of.ts';
import { questionnaireOf } from '../../../src/domain/fhir/questionnaire-of.ts';
import { judgeBundle, judgeResource } from '../../support/judge-fhir.ts';
import { judgeResponse } from '../../support/judge-response.ts';
import { givenInput, resourcesOf } from './given-bundle-input.ts';

// biome-ignore lint/suspicious/noExplicitAny: what is planted fits no type.
type Loose = Record<string, any>;
const find = (bundle: Bundle<FhirResource>, type: string): Loose =>
  bundle.entry?.find(({ resource }) => resource?.resourceType === type)?.resource as unknown as Loose;

it('finds nothing in a sound Bundle', () => {
  expect(judgeBundle(bundleOf(givenInput()))).toEqual([]);
});

it.each<[planted: string, type: string, plant: (resource: Loose) => void, found: RegExp]>([
  ['a missing status', 'Communication', (r) => delete r.status, /status/],
  [
    'a status that is none',
    'Consent',
    (r) => Object.assign(r, { status: 'given' }),
    /given is not of .*consent-state-codes/,
  ],
  ['a consent without policy or rule (ppc-1)', 'Consent', (r) => delete r.policyRule, /ppc-1/],
  ['an id that is none', 'Patient', (r) => Object.assign(r, { id: 'pat_1' }), /id String does not match pattern/],
  ['a field that is none', 'Observation', (r) => Object.assign(r, { pain: 6 }), /"pain"/],
  [
    'a value and a reason for none (obs-6)',
    'Observation',
    (r) => Object.assign(r, { dataAbsentReason: { text: 'x' } }),
    /obs-6/,
  ],
  ['two values of one answer', 'Observation', (r) => Object.assign(r, { valueString: '6' }), /value/],
  [
    'a time without a zone',
    'Observation',
    (r) => Object.assign(r, { effectiveDateTime: '2026-11-20T15:00:00' }),
    /effective/,
  ],
  ['a document without content', 'DocumentReference', (r) => delete r.content, /content/],
  [
    'a text that is no base64',
    'DocumentReference',
    (r) => Object.assign(r.content[0].attachment, { data: 'ñ' }),
    /data/,
  ],
  ['a provenance of nothing', 'Provenance', (r) => Object.assign(r, { target: [] }), /target/],
  [
    'an answer with a code of no system of HL7',
    'Observation',
    (r) =>
      Object.assign(r, {
        category: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'pain' }] },
        ],
      }),
    /has no pain/,
  ],
  [
    'a code under a wrong name',
    'Communication',
    (r) => Object.assign(r.medium[0].coding[0], { display: 'Fax' }),
    /called telephone, not Fax/,
  ],
  [
    'an extension that HL7 has not',
    'Patient',
    (r) => Object.assign(r, { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/mood', valueString: 'x' }] }),
    /no extension/,
  ],
  [
    'a reference to nobody',
    'Observation',
    (r) => Object.assign(r, { subject: { reference: 'Patient/somebody' } }),
    /somebody is not in the Bundle/,
  ],
])('finds %s (FH-01)', (_, type, plant, found) => {
  const bundle = structuredClone(bundleOf(givenInput()));
  plant(find(bundle, type));
  expect(judgeBundle(bundle).join('\n')).toMatch(found);
});

it('finds an entry that is put elsewhere, or twice (FH-01)', () => {
  const bundle = structuredClone(bundleOf(givenInput()));
  const [first, second] = bundle.entry ?? [];
  Object.assign(first?.request ?? {}, { url: 'Patient' });
  bundle.entry?.push(structuredClone(second) as never);
  expect(judgeBundle(bundle).join('\n')).toMatch(/there twice.*not put under its id/s);
});

const published = (input = givenInput()) => questionnaireOf({ ...input, status: 'active', date: null }, 'en');

it.each<[planted: string, plant: (item: Loose, items: Loose[]) => void, found: RegExp]>([
  ['an item that is not asked', (item) => Object.assign(item, { linkId: 'hpi.mood' }), /hpi.mood: is not asked there/],
  ['an item left out', (_, items) => items.splice(2, 1), /missing without a word/],
  ['items out of order', (_, items) => items.reverse(), /out of order/],
  [
    'an answer of another type',
    (item) => Object.assign(item, { answer: [{ valueInteger: 3 }] }),
    /valueInteger where valueString/,
  ],
  [
    'an option that is none',
    (_, items) => Object.assign(items[1] ?? {}, { answer: [{ valueCoding: { code: 'long' } }] }),
    /no option/,
  ],
  [
    'a number beyond its limit',
    (_, items) => Object.assign(items[2] ?? {}, { answer: [{ valueInteger: 11 }] }),
    /beyond its limits/,
  ],
  ['an item with nothing', (item) => delete item.answer, /neither an answer/],
  ['other words of the question', (item) => Object.assign(item, { text: 'Why?' }), /other words/],
])('finds %s in a response (FH-01)', (_, plant, found) => {
  const [response] = structuredClone(resourcesOf(givenInput(), 'QuestionnaireResponse'));
  if (response === undefined) throw new Error('there is no response');
  expect(judgeResponse(response, published())).toEqual([]);
  const items = response.item as unknown as Loose[];
  plant(items[0] as Loose, items);
  expect(judgeResponse(response, published()).join('\n')).toMatch(found);
});

it.each<[planted: string, plant: (items: Loose[]) => void, found: RegExp]>([
  ['without a type', (items) => delete items[0]?.type, /type/],
  ['of a type that is none', (items) => Object.assign(items[0] ?? {}, { type: 'speech' }), /speech is not of/],
  ['that is shown only and has a code (que-3)', (items) => Object.assign(items[0] ?? {}, { type: 'display' }), /que-3/],
  ['with options and no choice (que-5)', (items) => Object.assign(items[1] ?? {}, { type: 'boolean' }), /que-5/],
])('finds an item %s in a Questionnaire (FH-01)', (_, plant, found) => {
  const questionnaire = structuredClone(published());
  expect(judgeResource(questionnaire)).toEqual([]);
  plant(questionnaire.item as unknown as Loose[]);
  expect(judgeResource(questionnaire).join('\n')).toMatch(found);
});
