/**
 * Which addresses audio may be fetched from (SE-27). A webhook names the address, so it is judged as a stranger's: https on the
 * default port, no user, Telnyx' bucket at S3 and nothing else that lives on that host, and what the operator added. Where
 * the rule comes from: the links Telnyx gives are pre-signed S3 links of buckets named `telephony-recorder-prod…`; no host of
 * Telnyx' own serves audio. An address of another shape is logged by its host and refused.
 */
export type JudgedLink =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly host: string | null };

const S3_HOST = /^s3(\.[a-z]{2}(-[a-z]+){1,3}-\d{1,2})?\.amazonaws\.com$/;
const TELNYX_BUCKET = /^\/telephony-recorder-prod(-[a-z0-9]{1,20})*\/./;
/** What could mean another path to whoever serves it than it means to us. */
const AMBIGUOUS_PATH = /%2e|%2f|%5c|%00|\/\/|\/\.\.?(\/|$)/i;
/** What a parser drops or turns into something else, wherever it stands; a user that is empty, too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const DISGUISE = /[\u0000-\u0020\u007f\\#]|^[a-z]+:\/*[^/?]*@/i;
const LONGEST_LINK = 4096;

/** `origins`: each an origin and the beginning of a path (RECORDING_ORIGINS). */
export function judgeRecordingLink(link: string, origins: readonly URL[]): JudgedLink {
  const url = link.length <= LONGEST_LINK && URL.canParse(link) ? new URL(link) : null;
  if (url === null) return { ok: false, host: null };
  const refused: JudgedLink = { ok: false, host: url.hostname };
  if (DISGUISE.test(link) || url.username !== '' || url.password !== '' || url.hash !== '') return refused;
  // The raw text too: a parser has already taken `..` out of the path.
  const rawPath = link.replace(/[?#].*$/s, '').replace(/^[a-z]+:\/\/[^/]*/i, '');
  if (AMBIGUOUS_PATH.test(rawPath) || AMBIGUOUS_PATH.test(url.pathname)) return refused;
  if (isTelnyxBucket(url) || origins.some((origin) => isUnder(origin, url))) return { ok: true, url };
  return refused;
}

const isTelnyxBucket = ({ protocol, hostname, port, pathname }: URL): boolean =>
  protocol === 'https:' && port === '' && S3_HOST.test(hostname) && TELNYX_BUCKET.test(pathname);

/** At a boundary of the path: `/bucket` does not allow `/bucket-of-others`. */
function isUnder(origin: URL, url: URL): boolean {
  const prefix = origin.pathname.endsWith('/') ? origin.pathname : `${origin.pathname}/`;
  return url.origin === origin.origin && url.pathname.startsWith(prefix);
}
