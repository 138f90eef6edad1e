/** GET /api/docs: the reference as a page; all that the document says, within the frame of the dashboard and its policy. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openApiDocument } from '../../src/web/openapi.ts';
import { routes } from '../../src/web/routes.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const document = openApiDocument(routes) as unknown as {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { operationId: string; summary: string; tags: string[] }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};
/** Of the 60 kB that a page may be on the wire, styles and scripts take more than forty. */
const MOST_BYTES = 12_000;

const resources = new Set(
  Object.values(document.paths).flatMap((item) => Object.values(item).map(({ tags }) => tags[0])),
);

let given: GivenApp;
/** By resource; the first is that of all. */
let pages: Map<string, string>;
beforeEach(async () => {
  given = givenApp();
  pages = new Map([['', (await openPage(given, '/api/docs')).html]]);
  for (const resource of resources)
    pages.set(resource ?? '', (await openPage(given, `/api/docs?resource=${resource}`)).html);
});
afterEach(() => vi.restoreAllMocks());

const textOf = (markup: string) =>
  markup
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
/** From its name to its end. */
const operation = (resource: string, id: string) =>
  pages.get(resource)?.split(`id="${id}"`)[1]?.split('</details>')[0] ?? '';

describe('the reference', () => {
  it('is open to every role, and to nobody without a token', async () => {
    for (const role of ['admin', 'clinician', 'intake', 'operator', 'auditor'] as const)
      expect((await openPage(given, '/api/docs', { token: await tokenOf(given, role) })).status).toBe(200);
    expect((await openPage(given, '/api/docs', { token: null })).status).toBe(401);
  });

  it('has every operation of the document in a line, and once in full under its resource', () => {
    const overview = pages.get('') ?? '';
    for (const [path, item] of Object.entries(document.paths))
      for (const { operationId, summary, tags } of Object.values(item)) {
        const [resource = ''] = tags;
        expect(overview).toContain(`href="/api/docs?resource=${resource}#${operationId}"`);
        expect(pages.get(resource)?.split(`id="${operationId}"`)).toHaveLength(2);
        const text = textOf(operation(resource, operationId));
        expect(text).toContain(path);
        expect(text).toContain(summary);
      }
  });

  it('has no page of a resource that there is not', async () => {
    for (const resource of ['nothing', '__proto__', '%3Cscript%3E'])
      expect((await given.request(`/api/docs?resource=${resource}`)).status).toBe(404);
  });

  it('tells of an operation who may, what it takes, what it answers, what it refuses, and how to ask', () => {
    const text = textOf(operation('calls', 'postCalls'));
    expect(text).toContain('For admin, clinician, intake. The answer can hold patient data. Takes an Idempotency-Key.');
    expect(text).toContain('phone_number: string');
    expect(text).toContain('language?: "en" | "es" | null');
    expect(text).toContain('201 Made, application/json');
    expect(text).toContain('Refusals: 400 401 403 409 413 415 422 429 503');
    expect(text).toContain('curl -X POST https://intake.example/api/calls');
    expect(text).toContain('CF-Access-Client-Id: $CLIENT_ID');
    expect(text).toContain(`-d '{"phone_number":"+12025550143"}'`);
    expect(textOf(operation('media', 'postMedia'))).toContain('-F file=@');
    expect(textOf(operation('calls', 'getCalls'))).toMatch(/limit.*may be left out. How many at most/s);
    expect(textOf(operation('calls', 'getCallsByCallId'))).toContain('in the path');
  });

  it('links to nothing that is not there, and loads nothing from elsewhere', () => {
    for (const html of pages.values()) {
      for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${id}"`);
      for (const [, resource = '', id] of html.matchAll(/href="\/api\/docs(?:\?resource=([a-z-]+))?#([^"]+)"/g))
        expect(pages.get(resource)).toContain(`id="${id}"`);
      expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
      expectNoInlineCode(html);
    }
  });

  it('does not say twice what is once: no two parts of a page have one name', () => {
    for (const html of pages.values()) {
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    }
  });

  it('leaves room on the wire for what every page brings along', async () => {
    for (const html of pages.values()) {
      const packed = new Blob([html]).stream().pipeThrough(new CompressionStream('gzip'));
      expect((await new Response(packed).arrayBuffer()).byteLength).toBeLessThan(MOST_BYTES);
    }
  });
});
