/** GET /api/schemas/note: the shape of a note, held against notes as they are answered and as golden conversations leave them. */
import { type Schema, Validator } from '@cfworker/json-schema';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { noteSchema } from '../../src/web/api/note-schema.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall, noteFor, openedTask, redFlagOf } from './given-call.ts';
import { tokenOf } from './given-role.ts';

type Json = Record<string, unknown>;

let given: GivenApp;
let published: Json;
let validator: Validator;
beforeAll(async () => {
  const response = await givenApp().request('/api/schemas/note');
  expect(response.headers.get('Content-Type')).toBe('application/schema+json');
  published = (await response.json()) as Json;
  validator = new Validator(published as Schema, '2020-12', false);
  vi.restoreAllMocks();
});
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

/** What is wrong with a note, by the schema as it is published and as it is written. */
function problemsOf(note: unknown): string[] {
  const { errors } = validator.validate(note);
  const { error } = noteSchema.safeParse(note);
  return [
    ...errors.map(({ instanceLocation, keyword }) => `${instanceLocation} ${keyword}`),
    ...(error?.issues ?? []).map(({ path, code }) => `${path.join('/')} ${code}`),
  ];
}

/** The golden conversations that leave a note, as the API would answer it. */
const golden = Object.entries(
  (import.meta as unknown as { glob: (path: string, options: object) => Record<string, Json> }).glob(
    '../conversations/*.json',
    { eager: true, import: 'default' },
  ),
).flatMap(([path, { note }]) =>
  note === null || note === undefined
    ? []
    : [[path.slice(path.lastIndexOf('/') + 1, -'.json'.length), answered(note as Json)] as const],
);
function answered(note: Json): Json {
  const { status } = note['recording'] as { status: string };
  return { ...note, recording: { status, format: null, duration_seconds: null } };
}

describe('the schema', () => {
  it('is one of 2020-12, closed at every level, and says of each field that is no plain word what it is', () => {
    expect(published).toMatchObject({
      ...{ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Intake note', additionalProperties: false },
      required: expect.arrayContaining([
        'note_id',
        'version',
        'patient_info',
        'hpi',
        'ample',
        'family_history',
        'red_flags',
      ]),
    });
    const open: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { type, properties, additionalProperties } = schema as Json;
      if (type === 'object' && properties !== undefined && additionalProperties !== false) open.push(path);
      for (const [key, value] of Object.entries(schema)) walk(value, `${path}/${key}`);
    };
    walk(published, '');
    expect(open).toEqual([]);
  });

  it.each(['intake', 'operator', 'auditor', 'clinician'] as const)(
    'is for everybody who works here: %s',
    async (role) => {
      expect((await given.request('/api/schemas/note', { token: await tokenOf(given, role) })).status).toBe(200);
    },
  );
});

describe('a note', () => {
  it('as it is answered fits, with a red flag, a message and without', async () => {
    for (const changes of [{}, { message: { reply: { state: 'declined' as const } } }]) {
      const made = await givenCall(given);
      await openedTask(given, made);
      await endCall(given, made, { note: { ...noteFor(made), red_flags: [redFlagOf(made)], ...changes } });
      const response = await given.request(`/api/calls/${made.call.id}/intake-data`);
      expect(problemsOf(await response.json())).toEqual([]);
    }
  });

  it('of golden conversations is there to be looked at', () => expect(golden.length).toBeGreaterThan(20));
  it.each(golden)('of the golden conversation %s fits', (_name, note) => {
    expect(problemsOf(note)).toEqual([]);
  });

  it('that says more, or less, or something else does not fit', async () => {
    const [, note] = golden.find(([name]) => name.endsWith('.voice-complete'))!;
    const { version: _, ...without } = note;
    for (const wrong of [
      { ...note, summary: 'new' },
      without,
      { ...note, status: 'completed' },
      { ...note, hpi: { chief_complaint: { state: 'answered', sure: true } } },
      { ...note, hpi: { chief_complaint: { state: 'yes' } } },
      { ...note, consent: { ...(note['consent'] as Json), given: 'yes' } },
    ]) {
      expect(validator.validate(wrong).valid).toBe(false);
      expect(noteSchema.safeParse(wrong).success).toBe(false);
    }
  });
});
