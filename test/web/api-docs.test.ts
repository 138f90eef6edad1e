/** GET /api/docs: the reference as a page; all that the document says, within the frame of the dashboard and its policy. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openApiDocument } from '../../src/web/openapi.ts';
import { routes } from '../../src/web/routes.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const document = openApiDocument(routes) as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string; summary: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};
/** As much as a page of the dashboard may be on the wire (design 9). */
const MOST_BYTES = 60 * 1024;

let given: GivenApp;
let html = '';
beforeEach(async () => {
  given = givenApp();
  html = (await openPage(given, '/api/docs')).html;
});
afterEach(() => vi.restoreAllMocks());

const textOf = (markup: string) =>
  markup
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
/** From its name to its end. */
const operation = (id: string) => html.split(`id="${id}"`)[1]?.split('</details>')[0] ?? '';

describe('the reference', () => {
  it('is open to every role, and to nobody without a token', async () => {
    for (const role of ['admin', 'clinician', 'intake', 'operator', 'auditor'] as const)
      expect((await openPage(given, '/api/docs', { token: await tokenOf(given, role) })).status).toBe(200);
    expect((await openPage(given, '/api/docs', { token: null })).status).toBe(401);
  });

  it('has every operation and every shape of the document, each once', () => {
    for (const [path, item] of Object.entries(document.paths))
      for (const { operationId, summary } of Object.values(item)) {
        expect(html.split(`id="${operationId}"`)).toHaveLength(2);
        const text = textOf(operation(operationId));
        expect(text).toContain(path);
        expect(text).toContain(summary);
      }
    for (const name of Object.keys(document.components.schemas))
      expect(html.split(`id="shape-${name}"`)).toHaveLength(2);
  });

  it('tells of an operation who may, what it takes, what it answers, what it refuses, and how to ask', () => {
    const text = textOf(operation('postCalls'));
    expect(text).toContain('For admin, clinician. The answer can hold patient data. Takes an Idempotency-Key.');
    expect(text).toContain('phone_number: string');
    expect(text).toContain('language?: "en" | "es" | null');
    expect(text).toContain('201 Made, application/json');
    expect(text).toContain('Refusals: 400 401 403 409 413 415 422 429 503');
    expect(text).toContain('curl -X POST https://intake.example/api/calls');
    expect(text).toContain('CF-Access-Client-Id: $CLIENT_ID');
    expect(text).toContain(`-d '{"phone_number":"+12025550143"}'`);
    expect(textOf(operation('postMedia'))).toContain('-F file=@');
    expect(textOf(operation('getCalls'))).toMatch(/limit.*may be left out. How many at most/s);
    expect(textOf(operation('getCallsByCallId'))).toContain('in the path');
  });

  it('links to nothing that is not there, and loads nothing from elsewhere', () => {
    for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${id}"`);
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    expectNoInlineCode(html);
  });

  it('does not say twice what is once: no two parts have one name', () => {
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it('is no heavier than another page', async () => {
    const packed = new Blob([html]).stream().pipeThrough(new CompressionStream('gzip'));
    expect((await new Response(packed).arrayBuffer()).byteLength).toBeLessThan(MOST_BYTES);
  });
});
