/**
 * Which addresses audio is fetched from (SE-27): Telnyx' buckets and what the operator added, in every disguise an address
 * can wear. The verdict is held to what the platform's own URL parser makes of the same text, because that is what is fetched.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRecordingLink } from '../../src/telnyx/recording-link.ts';

const OBJECT = '6a09cdc3-8948-47f0-aa62-74ac943d6c58/2030-01-07/428c31b6-7af4-4bcb-b7f5-5013ef9657c1-1893456000.mp3';
const SIGNED =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20300107%2Fus-east-1&X-Amz-Expires=600&X-Amz-Signature=5ec7e7';
const PATH = `/telephony-recorder-prod/${OBJECT}?${SIGNED}`;
const LINK = `https://s3.amazonaws.com${PATH}`;
const EUROPEAN = `https://s3.eu-central-1.amazonaws.com/telephony-recorder-prod-fr5/${OBJECT}?${SIGNED}`;

const judge = (link: string, ...origins: readonly string[]) =>
  judgeRecordingLink(
    link,
    origins.map((origin) => new URL(origin)),
  );
const isAllowed = (link: string, ...origins: readonly string[]) => judge(link, ...origins).ok;

describe("an address in Telnyx' buckets", () => {
  it.each([
    ['the American bucket', LINK],
    ['the European bucket', EUROPEAN],
    ['the port written out', LINK.replace('.com/', '.com:443/')],
    ['the port written out in Europe', EUROPEAN.replace('.com/', '.com:443/')],
    ['the region of the American bucket', LINK.replace('s3.', 's3.us-east-1.')],
    ['capitals in scheme and host', LINK.replace('https://s3.amazonaws.com', 'HTTPS://S3.AmazonAWS.com')],
    ['WAV', LINK.replace('.mp3', '.wav')],
    ['no query', `https://s3.amazonaws.com/telephony-recorder-prod/${OBJECT}`],
    ['dots within a name', `https://s3.amazonaws.com/telephony-recorder-prod/a..b/.c/d.?${SIGNED}`],
    ['an encoded space in a name', `https://s3.amazonaws.com/telephony-recorder-prod/a%20b.mp3?${SIGNED}`],
    ['a slash and dots in the query', `${LINK}&response-content-disposition=a/../b`],
  ])('with %s is allowed, and is fetched as the parser reads it', (_, link) => {
    expect(judge(link)).toEqual({ ok: true, url: new URL(link) });
  });

  it('may be as long as a signature with a session token makes it', () => {
    const padded = (length: number) => `${LINK}&t=`.padEnd(length, 'x');
    expect(isAllowed(padded(4096))).toBe(true);
    expect(judge(padded(4097))).toEqual({ ok: false, host: null });
  });
});

describe('an address of another kind (SE-27, S2-V3, S2-V4, S2-L7)', () => {
  it.each([
    ['http', `http://s3.amazonaws.com${PATH}`],
    ['http on the port of https', `http://s3.amazonaws.com:443${PATH}`],
    ['ftp', `ftp://s3.amazonaws.com${PATH}`],
    ['ws', `wss://s3.amazonaws.com${PATH}`],
    ['file', `file://s3.amazonaws.com${PATH}`],
    ['file, local', 'file:///telephony-recorder-prod/etc/passwd'],
    ['data', 'data:audio/mpeg;base64,SUQz'],
    ['blob', `blob:${LINK}`],
    ['javascript', 'javascript:alert(1)'],
    ['gs', `gs://telephony-recorder-prod/${OBJECT}`],
    ['s3', `s3://telephony-recorder-prod/${OBJECT}`],
    ['s3 with the host as bucket', `s3://s3.amazonaws.com${PATH}`],
    ['no scheme', `//s3.amazonaws.com${PATH}`],
    ['no scheme and no slashes', `s3.amazonaws.com${PATH}`],
    ['a path only', PATH],
    ['nothing', ''],
    ['a scheme only', 'https://'],
    ['words', 'not a link'],
  ])('is refused: %s', (_, link) => {
    expect(isAllowed(link)).toBe(false);
  });

  it.each([
    'evil.example',
    's3.amazonaws.com.evil.example',
    'evil-s3.amazonaws.com',
    'xs3.amazonaws.com',
    's3.amazonaws.com.',
    's3.amazonaws.co',
    's3.amazonaws.comx',
    'amazonaws.com',
    's3.amazonaws.com-evil.example',
    's3-amazonaws.com',
    's3xamazonaws.com',
    's3.amazonawsxcom',
    's3-accelerate.amazonaws.com',
    's3-us-west-2.amazonaws.com',
    's3.dualstack.us-east-1.amazonaws.com',
    's3-website.eu-central-1.amazonaws.com',
    's3.us-east-1.amazonaws.com.cn',
    's3.evil.amazonaws.com',
    's3.us-east-1.evil.amazonaws.com',
    's3..amazonaws.com',
    's3.-1.amazonaws.com',
    'telephony-recorder-prod.s3.amazonaws.com',
    'evil.s3.amazonaws.com',
    'ec2-192-0-2-1.compute-1.amazonaws.com',
    'sts.amazonaws.com',
    'xn--s3-amazonaws-com.example',
    'xn--s3-jea.amazonaws.com',
    // Cyrillic letters that look Latin.
    's3.\u0430mazonaws.com',
    's3.amazonaws.\u0441om',
    's3.amazonaws.com\u2024evil.example',
    'api.telnyx.com',
    'storage.telnyx.com',
    'us-central-1.telnyxcloudstorage.com',
    'account.blob.core.windows.net',
  ])('is refused: the host %s', (host) => {
    expect(isAllowed(`https://${host}${PATH}`)).toBe(false);
  });

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '0x7f000001',
    '0x7f.0.0.1',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '10.0.0.1',
    '192.168.0.1',
    '\uff11\uff12\uff17.0.0.1',
    'localhost',
    'localhost.',
    'LOCALHOST',
    's3.localhost',
    'metadata.google.internal',
  ])('is refused: %s, near or by number', (host) => {
    expect(isAllowed(`https://${host}${PATH}`)).toBe(false);
  });

  it.each([
    ['a user', 'https://user@s3.amazonaws.com'],
    ['a user and a password', 'https://user:pass@s3.amazonaws.com'],
    ['a password', 'https://:pass@s3.amazonaws.com'],
    ['an empty user', 'https://@s3.amazonaws.com'],
    ['an empty user and password', 'https://:@s3.amazonaws.com'],
    ['our host as user of another', 'https://s3.amazonaws.com@evil.example'],
    ['our host as user, encoded', 'https://s3.amazonaws.com%40evil.example'],
    ['our host before a backslash and another', 'https://evil.example\\@s3.amazonaws.com'],
    ['port 80', 'https://s3.amazonaws.com:80'],
    ['port 8443', 'https://s3.amazonaws.com:8443'],
    ['port 0', 'https://s3.amazonaws.com:0'],
    ['a port that is none', 'https://s3.amazonaws.com:https'],
    ['a port too high', 'https://s3.amazonaws.com:65979'],
  ])('is refused: %s', (_, origin) => {
    expect(isAllowed(`${origin}${PATH}`)).toBe(false);
  });

  it.each([
    ['a fragment', `${LINK}#x`],
    ['an empty fragment', `${LINK}#`],
    ['a fragment before the query', LINK.replace('?', '#?')],
    ['a bucket in the fragment', `https://s3.amazonaws.com/#${PATH}`],
    ['a bucket in the query', `https://s3.amazonaws.com/?x=${PATH}`],
    ['a bucket in the query, without a path', `https://s3.amazonaws.com?${PATH}`],
  ])('is refused: %s', (_, link) => {
    expect(isAllowed(link)).toBe(false);
  });
});

describe('a path outside the buckets (SE-27)', () => {
  it.each([
    '/',
    '',
    `/telephony-recorder/${OBJECT}`,
    `/telephony-recorder-prodx/${OBJECT}`,
    `/telephony-recorder-prod.evil/${OBJECT}`,
    `/telephony-recorder-prod_evil/${OBJECT}`,
    `/telephony-recorder-prod-/${OBJECT}`,
    `/telephony-recorder-prod--x/${OBJECT}`,
    `/telephony-recorder-prod-fr5x\u00e9/${OBJECT}`,
    `/evil-telephony-recorder-prod/${OBJECT}`,
    `/evil/telephony-recorder-prod/${OBJECT}`,
    `/TELEPHONY-RECORDER-PROD/${OBJECT}`,
    `/Telephony-recorder-prod/${OBJECT}`,
    `/telephony%2Drecorder-prod/${OBJECT}`,
    `/telephony-recorder-prod%2Ffr5/${OBJECT}`,
    `/telephony-recorder-prod;/${OBJECT}`,
    '/telephony-recorder-prod',
    '/telephony-recorder-prod/',
    '/telephony-recorder-prod-fr5',
    '/telephony-recorder-prod-fr5/',
    '/telephony-recorder-prod?list-type=2',
    '/telephony-recorder-prod/?list-type=2',
  ])('is refused: %s', (path) => {
    expect(isAllowed(`https://s3.amazonaws.com${path}`)).toBe(false);
  });

  it.each([
    '/telephony-recorder-prod/../evil/x.mp3',
    '/telephony-recorder-prod/a/../../evil/x.mp3',
    '/telephony-recorder-prod/%2e%2e/evil/x.mp3',
    '/telephony-recorder-prod/%2E%2e/evil/x.mp3',
    '/telephony-recorder-prod/.%2E/evil/x.mp3',
    '/telephony-recorder-prod/%2e./evil/x.mp3',
    '/telephony-recorder-prod/..%2fevil/x.mp3',
    '/telephony-recorder-prod/..%5Cevil/x.mp3',
    '/telephony-recorder-prod\\..\\evil\\x.mp3',
    '/telephony-recorder-prod/x\\..\\..\\evil',
    '/telephony-recorder-prod/..',
    '/telephony-recorder-prod/x/..',
    '/telephony-recorder-prod/.',
    '/telephony-recorder-prod/%2e',
    // These stay within, or come back into, the bucket; whoever reads them otherwise lands elsewhere.
    '/evil/../telephony-recorder-prod/x.mp3',
    '/../telephony-recorder-prod/x.mp3',
    '/./telephony-recorder-prod/x.mp3',
    '/telephony-recorder-prod/a/../x.mp3',
    '/telephony-recorder-prod/./x.mp3',
    '/telephony-recorder-prod/a/%2e%2E/x.mp3',
    '/telephony-recorder-prod/a%2fx.mp3',
    '/telephony-recorder-prod/a%2Fx.mp3',
    '/telephony-recorder-prod/a%5cx.mp3',
    '/telephony-recorder-prod/a\\x.mp3',
    '\\telephony-recorder-prod\\x.mp3',
    '\\evil\\..\\telephony-recorder-prod\\x.mp3',
    '//telephony-recorder-prod/x.mp3',
    '/telephony-recorder-prod//x.mp3',
    '/telephony-recorder-prod/x//y.mp3',
    '/telephony-recorder-prod/x%00.mp3',
  ])('is refused when it could be read in two ways: %s', (path) => {
    expect(isAllowed(`https://s3.amazonaws.com${path}`)).toBe(false);
  });

  it.each([
    ['NUL', '\u0000'],
    ['a tab', '\t'],
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['a space', ' '],
    ['DEL', '\u007f'],
  ])('is refused with %s anywhere, although the parser would drop or encode it', (_, odd) => {
    for (const at of [0, 5, 8, 12, 20, 30, 60, LINK.indexOf('?') + 4, LINK.length]) {
      expect(isAllowed(LINK.slice(0, at) + odd + LINK.slice(at))).toBe(false);
    }
  });
});

describe('a place the operator added (RECORDING_ORIGINS)', () => {
  it.each([
    ['a bucket of the clinic', 'https://media.example/clinic-audio', 'https://media.example/clinic-audio/a/x.mp3?s=1'],
    ['the same with a slash', 'https://media.example/clinic-audio/', 'https://media.example/clinic-audio/a/x.mp3?s=1'],
    ['a whole host', 'https://media.example', 'https://media.example/x.mp3'],
    ['a port', 'https://media.example:8443/audio', 'https://media.example:8443/audio/x.mp3'],
    ['the port of https on one side', 'https://media.example:443/audio', 'https://media.example/audio/x.mp3'],
    ['the simulator', 'http://127.0.0.1:4010/telephony-recorder-prod/', `http://127.0.0.1:4010${PATH}`],
    ['loopback in another notation', 'http://127.0.0.1:4010/audio', 'http://2130706433:4010/audio/x.mp3'],
    ['IPv6 loopback', 'http://[::1]:4010/audio', 'http://[::1]:4010/audio/x.mp3'],
    ['another bucket at S3', 'https://s3.amazonaws.com/clinic', 'https://s3.amazonaws.com/clinic/x.mp3'],
  ])('is allowed: %s', (_, origin, link) => {
    expect(judge(link)).toEqual({ ok: false, host: new URL(link).hostname });
    expect(judge(link, 'https://other.example/', origin)).toEqual({ ok: true, url: new URL(link) });
  });

  it("takes nothing from Telnyx' own buckets", () => {
    expect(isAllowed(LINK, 'https://media.example/audio')).toBe(true);
  });

  const PLACE = 'https://media.example/bucket';
  it.each([
    ['a bucket whose name begins alike', PLACE, 'https://media.example/bucket-of-others/x.mp3'],
    ['the same behind a slash', `${PLACE}/`, 'https://media.example/bucket-of-others/x.mp3'],
    ['the bucket itself', PLACE, 'https://media.example/bucket'],
    ['another case', PLACE, 'https://media.example/Bucket/x.mp3'],
    ['another spelling', PLACE, 'https://media.example/%62ucket/x.mp3'],
    ['deeper', PLACE, 'https://media.example/a/bucket/x.mp3'],
    ['another port', PLACE, 'https://media.example:8443/bucket/x.mp3'],
    ['no port where one is named', 'http://127.0.0.1:4010/audio', 'http://127.0.0.1/audio/x.mp3'],
    ['another loopback', 'http://127.0.0.1:4010/audio', 'http://localhost:4010/audio/x.mp3'],
    ['another scheme', PLACE, 'http://media.example/bucket/x.mp3'],
    ['blob', PLACE, 'blob:https://media.example/bucket/x.mp3'],
    ['a subdomain', PLACE, 'https://a.media.example/bucket/x.mp3'],
    ['a domain that goes on', PLACE, 'https://media.example.evil.example/bucket/x.mp3'],
    ['a trailing dot', PLACE, 'https://media.example./bucket/x.mp3'],
    ['a user', PLACE, 'https://u@media.example/bucket/x.mp3'],
    ['a fragment', PLACE, 'https://media.example/bucket/x.mp3#y'],
    ['out of the prefix', PLACE, 'https://media.example/bucket/../secret/x.mp3'],
    ['out of the prefix, encoded', PLACE, 'https://media.example/bucket/%2e%2E/secret/x.mp3'],
    ['out of the prefix and back', PLACE, 'https://media.example/bucket/../bucket/x.mp3'],
    ['into the prefix from outside', PLACE, 'https://media.example/secret/../bucket/x.mp3'],
    ['out of a prefix with a slash', `${PLACE}/`, 'https://media.example/bucket/a/../../secret'],
    ['an encoded slash', PLACE, 'https://media.example/bucket/..%2f..%2fsecret'],
    ['a backslash', PLACE, 'https://media.example/bucket\\..\\secret'],
    ['a double slash under a whole host', 'https://media.example', 'https://media.example//evil/x.mp3'],
  ])('is refused: %s', (_, origin, link) => {
    expect(isAllowed(link, origin)).toBe(false);
  });
});

describe('what is refused (SE-27, S2-V5)', () => {
  it.each([
    ['https://evil.example:81/patient/+12025550143?X-Amz-Signature=5ec7e7', 'evil.example'],
    ['https://rosa:5ec7e7@Evil.Example/a#b', 'evil.example'],
    ['http://2852039166/latest/meta-data', '169.254.169.254'],
    [LINK.replace('prod/', 'test/'), 's3.amazonaws.com'],
    ['data:audio/mpeg;base64,SUQz', ''],
    ['rubbish +12025550143', null],
    ['', null],
  ])('says the host and nothing else of %s', (link, host) => {
    expect(judge(link)).toEqual({ ok: false, host });
  });
});

describe('any text around a link that is allowed', () => {
  const sharp = fc.constantFrom(
    ...['@', ':', '/', '//', '\\', '?', '#', '.', '..', '/../', '/..', '%2e%2e/', '%2F', '%00', '%', '\t', '\n', '\0'],
    ...[' ', ':443', ':80', 'https://', 'evil.example', '.evil.example', 'evil.example/', '@evil.example', '-x', 'x'],
    ...['\u3002', '\uff0f', '\uff20', '\u00ad', '\u2100', '127.0.0.1', '[::1]', 'blob:', 'data:,', '\uff0e\uff0e/'],
  );
  const glue = fc.oneof({ weight: 3, arbitrary: sharp }, fc.string(), fc.string({ unit: 'binary', maxLength: 6 }));
  const places = [0, 6, 8, 10, 24, 25, 48, 49, 85, LINK.indexOf('?'), LINK.length];
  const patches = fc.array(fc.tuple(fc.constantFrom(...places), glue), { minLength: 1, maxLength: 3 });
  const patched = patches.map((list) =>
    list.toSorted(([a], [b]) => b - a).reduce((link, [at, text]) => link.slice(0, at) + text + link.slice(at), LINK),
  );

  it('is allowed only where the parser finds exactly an allowed origin and path', () => {
    let allowed = 0;
    fc.assert(
      fc.property(patched, (link) => {
        const judged = judge(link, 'https://media.example/bucket');
        if (!judged.ok) return;
        allowed += 1;
        const url = new URL(link);
        expect(judged.url.href).toBe(url.href);
        expect([url.username, url.password, url.hash, url.href.includes('#')]).toEqual(['', '', '', false]);
        expect(url.origin).toMatch(/^https:\/\/s3(\.[a-z]{2}-[a-z-]+-\d+)?\.amazonaws\.com$/);
        const [empty, bucket, ...object] = url.pathname.split('/').map((part) => decodeURIComponent(tame(part)));
        expect([empty, object.length > 0]).toEqual(['', true]);
        expect(bucket).toMatch(/^telephony-recorder-prod(-[a-z0-9]+)*$/);
        const inner = object.slice(0, -1).concat(object.at(-1) || 'x');
        expect(inner.filter((part) => ['', '.', '..'].includes(part) || /[/\\\0]/.test(part))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
    // Else nothing was tried: an `x` in the name or the query changes nothing.
    expect(allowed).toBeGreaterThan(0);
  });

  it('that is a plain name in the bucket is allowed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,40}$/), (name) => {
        expect(isAllowed(`https://s3.amazonaws.com/telephony-recorder-prod/${name}/${name}.mp3?${SIGNED}`)).toBe(true);
      }),
    );
  });
});

/** A lone `%` means itself. */
const tame = (part: string): string =>
  part.replace(/%(?![0-9a-fA-F]{2})/g, '%25').replace(/%[89a-fA-F][0-9a-fA-F]/g, 'x');
