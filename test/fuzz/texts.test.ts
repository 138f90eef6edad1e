/** Texts from outside: addresses to fetch, rows for a spreadsheet, numbers, log lines, JSON with positions (SE-26, SE-27, LG-04, C81). */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toSheet } from '../../src/domain/campaign/sheet-text.ts';
import { logLine } from '../../src/log.ts';
import { judgeRecordingLink } from '../../src/telnyx/recording-link.ts';
import { scanJson } from '../../src/web/scan-json.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { spoiledJson } from '../support/spoiled.ts';

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 80 }));

it('whatever the link, nothing is fetched but from the buckets of Telnyx, by https, without a user', () => {
  const parts = [
    'https',
    'http',
    '://',
    's3.amazonaws.com',
    'telephony-recorder-prod',
    '/',
    '\\',
    '@',
    '..',
    '%2e%2e',
    '?',
    '#',
    ':443',
    ':80',
    '。',
    '\t',
    'evil.example',
    '169.254.169.254',
    '[::1]',
    '%00',
  ];
  const link = fc.oneof(
    anyText,
    fc.array(fc.oneof(fc.constantFrom(...parts), anyText), { maxLength: 9 }).map((list) => list.join('')),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        link,
        link.map((tail) => `https://s3.amazonaws.com/telephony-recorder-prod${tail}`),
      ),
      (text) => {
        const judged = judgeRecordingLink(text, []);
        if (!judged.ok) return;
        const { protocol, hostname, port, username, password, pathname } = judged.url;
        expect([protocol, port, username, password]).toEqual(['https:', '', '', '']);
        expect(hostname).toMatch(/^s3(\.[a-z0-9-]+)?\.amazonaws\.com$/);
        expect(pathname).toMatch(/^\/telephony-recorder-prod[a-z0-9-]*\//);
      },
    ),
    fuzzRuns(4000),
  );
});

it('no text begins a formula in a spreadsheet, and none is lost', () => {
  const lead = fc.constantFrom('', ' ', '\t', '\r', '\n', '\0', '=', '+', '-', '@', '＝', '＋', '－', '＠', "'");
  fc.assert(
    fc.property(fc.array(lead, { maxLength: 4 }), anyText, (leads, rest) => {
      const text = leads.join('') + rest;
      const safe = toSheet(text);
      expect(safe).not.toMatch(/^[\s\0]*[=+\-@＝＋－＠]/);
      expect(safe.replaceAll("'", '')).toBe(text.replaceAll("'", ''));
    }),
    fuzzRuns(2000),
  );
});

it('a log line is one line of allow-listed fields, without a number or an address, whatever it is given', () => {
  const value = fc.oneof(
    anyText,
    fc.constantFrom('+12025550143', 'ana@clinic.example', '1980-04-12', '078-05-1120'),
    fc.integer(),
    fc.boolean(),
  );
  const fields = fc.dictionary(
    fc.oneof(fc.constantFrom('call_id', 'reason', 'code', 'phone', 'name'), fc.string()),
    value,
  );
  fc.assert(
    fc.property(fields, (given) => {
      const line = logLine('info', 'fuzz', given, 0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
      expect(line).not.toMatch(/[\u0000-\u001f\u2028\u2029]/);
      const { ts: _ts, ...read } = JSON.parse(line) as Record<string, unknown>;
      expect(Object.keys(read)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(phone|name)$/)]));
      for (const text of Object.values(read))
        expect(String(text)).not.toMatch(/\+\d{8,15}|\b\d{3}-\d{2}-\d{4}\b|[^\s@]+@[^\s@]+\.[^\s@]+/);
    }),
    fuzzRuns(2000),
  );
});

it('JSON is read as the platform reads it, or refused as it refuses it', () => {
  const text = fc.oneof(
    anyText,
    spoiledJson({ a: [1, { b: 'x' }], c: null }).map((value) => JSON.stringify(value) ?? ''),
    fc
      .tuple(fc.json(), fc.nat(200), fc.constantFrom('"', '\\', ',', '}', '[', '\u0000', '1'))
      .map(([json, at, more]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + more + json.slice(place);
      }),
  );
  fc.assert(
    fc.property(text, (json) => {
      let expected: unknown;
      let isJson = true;
      try {
        expected = JSON.parse(json);
      } catch {
        isJson = false;
      }
      const scanned = scanJson(json);
      expect(scanned.ok).toBe(isJson);
      if (scanned.ok && typeof expected === 'object' && expected !== null)
        expect([...scanned.lines.keys()].length).toBeGreaterThan(Object.keys(expected).length);
    }),
    fuzzRuns(2000),
  );
});
