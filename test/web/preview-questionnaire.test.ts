/** POST /api/questionnaires/{id}/preview: tried by text with everything done so far, the words of this clinic, and nothing kept (C69). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import type { PreviewInput } from '../../src/domain/preview/preview-call.ts';
import { testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await testEnv.DB.exec('delete from questionnaire_versions;');
});
afterEach(() => vi.restoreAllMocks());

async function tried(body: object, id = 'adult-intake') {
  const response = await given.send('POST', `/api/questionnaires/${id}/preview`, body);
  // biome-ignore lint/suspicious/noExplicitAny: each test looks at what it expects
  return { status: response.status, body: (await response.json()) as any };
}
const toItems: PreviewInput[] = [{ keys: '1' }, { keys: '04121980#' }, { keys: '1' }];

it('begins with the opening in the words of this clinic, and shows the birth date to key in', async () => {
  const { status, body } = await tried({ inputs: [] });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    open: {
      step: 'opening',
      kind: 'keys',
      tries_left: 3,
      listening: false,
      text: expect.stringContaining('Riverside Clinic'),
    },
    status: 'in_progress',
    tasks: [],
    red_flags: [],
    note: { status: 'partial', questionnaire: { id: 'adult-intake', version: 1, language: 'en' } },
  });
  expect(body.transcript).toEqual([{ speaker: 'agent', text: body.open.text, step: 'opening' }]);
  expect((await tried({ inputs: [{ keys: '1' }] })).body.open).toMatchObject({
    step: 'birth_date',
    keys: [{ keys: '04121980#', meaning: 'The birth date on file' }],
  });
});

it('a whole interview comes to a note, by key and by word, with a read-back', async () => {
  const keyed = adultIntake.items.flatMap(({ type }): PreviewInput[] => {
    if (type === 'voice') return [{ speech: 'swollen since Monday' }, { keys: '1' }];
    return [{ keys: type === 'number' ? '6#' : '1' }];
  });
  const { body } = await tried({ inputs: [...toItems, ...keyed] });
  expect(body).toMatchObject({ open: null, status: 'completed' });
  expect(body.note).toMatchObject({
    status: 'complete',
    identity: 'verified',
    consent: { given: true, recording_consent: true },
    hpi: {
      chief_complaint: { state: 'answered', value: 'swollen since Monday', confirmed: true },
      pain_level: { state: 'answered', value: 6 },
    },
    ample: { allergies: { state: 'answered', value: true }, allergies_detail: { value: 'swollen since Monday' } },
  });
});

it('branches, raises red flags, takes star commands and speaks Spanish', async () => {
  const skipped = [{ keys: '*7' }, { keys: '1' }, { keys: '10#' }];
  const flagged = await tried({ inputs: [...toItems, ...skipped] });
  expect(flagged.body).toMatchObject({ open: { step: 'red_flag' }, red_flags: ['worst-pain'], tasks: ['red_flag'] });
  const on = await tried({ inputs: [...toItems, ...skipped, { keys: '2' }, { keys: '2' }] });
  expect(on.body.open.step).toBe('ample.medications');
  const spanish = await tried({ inputs: [], language: 'es' });
  expect(spanish.body.open.text).toContain('Esta es una llamada automática de Riverside Clinic');
});

it('tries the version asked for, else the one in use, or what is being written', async () => {
  const asking = (title: string) => ({
    ...adultIntake,
    title: { en: title, es: `${title}.` },
    items: adultIntake.items.map((item, i) =>
      i === 0 ? { ...item, text: { ...item.text, en: `${title}: ${item.text.en}` } } : item,
    ),
  });
  await given.send('POST', '/api/questionnaires/adult-intake/versions', { definition: asking('Draft') });
  const first = async (body: object) => (await tried({ inputs: toItems, ...body })).body.open.text;
  expect(await first({})).toBe(adultIntake.items[0]?.text.en);
  expect(await first({ version: 2 })).toContain('Draft: ');
  expect(await first({ definition: asking('Being written') })).toContain('Being written: ');
});

it('a variable is read by its name, and audio of a campaign is heard', async () => {
  const items = [
    { id: 'message.hello', type: 'message', text: { en: 'Hello {{first_name}}.', es: 'Hola {{first_name}}.' } },
  ];
  const { body } = await tried({ definition: { ...adultIntake, items, redFlags: [] }, inputs: toItems });
  expect(body.transcript.map(({ text }: { text: string }) => text)).toContain('Hello first name.');
  const replies = await tried({ inputs: toItems }, 'message-and-reply');
  expect(replies.body.transcript.map(({ text }: { text: string }) => text)).toContain('(recorded message)');
  expect(replies.body.open.step).toBe('message.reply');
});

it('the same inputs lead to the same question, and nothing is kept', async () => {
  const inputs = [...toItems, { speech: 'my knee' }];
  const [one, other] = [await tried({ inputs }), await tried({ inputs })];
  expect(one.body.open).toEqual(other.body.open);
  const kept = await testEnv.DB.prepare(`select count(*) as n from calls where id like '%sample%'`).first('n');
  expect(kept).toBe(0);
});

describe('is refused', () => {
  const many = Array.from({ length: 201 }, () => ({ silence: true }));
  it.each<[string, object, string]>([
    ['without inputs', {}, '/inputs'],
    ['with more inputs than a call takes', { inputs: many }, '/inputs'],
    ['with keys no phone has', { inputs: [{ keys: '1A' }] }, '/inputs/0/keys'],
    ['with more keys than anybody presses', { inputs: [{ keys: '1'.repeat(21) }] }, '/inputs/0/keys'],
    ['with a speech without end', { inputs: [{ speech: 'x'.repeat(501) }] }, '/inputs/0/speech'],
    ['with silence that is none', { inputs: [{ silence: false }] }, '/inputs/0'],
    ['with two things at once', { inputs: [{ keys: '1', speech: 'one' }] }, '/inputs/0'],
    ['in a language there is not', { inputs: [], language: 'fr' }, '/language'],
    ['with a version and a definition', { inputs: [], version: 1, definition: adultIntake }, '/version'],
    ['with what is no questionnaire', { inputs: [], definition: { id: 'x' } }, '/definition/id'],
  ])('%s', async (_, body, pointer) => {
    const { status, body: problem } = await tried(body);
    expect(status).toBe(422);
    expect(problem.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it('of a questionnaire or a version there is not', async () => {
    expect((await tried({ inputs: [] }, 'nothing')).status).toBe(404);
    expect((await tried({ inputs: [], version: 9 })).status).toBe(404);
  });
});

it('the longest trial is answered in time', async () => {
  const speech = {
    speech: 'my left knee has been swollen since monday and it hurts when I walk up the stairs '.repeat(6).trim(),
  };
  const inputs = [...toItems, ...Array.from({ length: 190 }, (_, i) => (i % 2 === 0 ? speech : { keys: '2' }))];
  const began = performance.now();
  expect((await tried({ inputs })).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(10_000);
});
