/** Searches whatever a run has written for marks that must not be there, in every form of test/support/encodings.ts. Says where, and which. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { encodingsOf } from './encodings.ts';

export interface Sink {
  readonly name: string;
  readonly contents: Buffer;
}

export const sink = (name: string, contents: Buffer | string | readonly string[]): Sink => ({
  name,
  contents: Buffer.isBuffer(contents) ? contents : Buffer.from([contents].flat().join('\n')),
});

/** One sink for each file under a folder, by its path in it. */
export function sinksUnder(folder: string, leftOut: readonly string[] = []): Sink[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile() && !leftOut.includes(path.basename(file)))
    .map((file) => ({ name: path.relative(folder, file), contents: readFileSync(file) }));
}

/** `sink: mark`, for each mark in each sink, in the order of the sinks. */
export function searchLeaks(sinks: readonly Sink[], marks: readonly string[]): string[] {
  const index = indexOf(marks);
  return sinks.flatMap(({ name, contents }) => [...marksIn(contents, index)].map((mark) => `${name}: ${mark}`));
}

interface Form {
  readonly mark: string;
  readonly bytes: Buffer;
}

/** By their first four bytes, so that megabytes are read once and not once for each form. */
function indexOf(marks: readonly string[]): ReadonlyMap<number, readonly Form[]> {
  const forms = marks.flatMap((mark) => encodingsOf(mark).map((form): Form => ({ mark, bytes: Buffer.from(form) })));
  return Map.groupBy(forms, ({ bytes }) => bytes.readUInt32BE(0));
}

function marksIn(contents: Buffer, index: ReadonlyMap<number, readonly Form[]>): Set<string> {
  const found = new Set<string>();
  const mayBegin = new Uint8Array(1 << 16);
  for (const four of index.keys()) mayBegin[four >>> 16] = 1;
  for (let at = 0; at + 4 <= contents.length; at += 1) {
    if (mayBegin[((contents[at] ?? 0) << 8) | (contents[at + 1] ?? 0)] !== 1) continue;
    for (const { mark, bytes } of index.get(contents.readUInt32BE(at)) ?? [])
      if (contents.compare(bytes, 0, bytes.length, at, Math.min(at + bytes.length, contents.length)) === 0)
        found.add(mark);
  }
  return found;
}

/** A telephone number as it may be written; a birth date too. */
export function spellingsOfNumber(e164: string): string[] {
  const national = e164.slice(2);
  const [area, exchange, line] = [national.slice(0, 3), national.slice(3, 6), national.slice(6)];
  return [national, `(${area}) ${exchange}-${line}`, `${area}-${exchange}-${line}`, `${area}.${exchange}.${line}`];
}
export function spellingsOfDate(iso: string): string[] {
  const [year = '', month = '', day = ''] = iso.split('-');
  const [m, d] = [String(Number(month)), String(Number(day))];
  const name = new Date(`${iso}T12:00:00Z`).toLocaleDateString('en-US', { month: 'short', timeZone: 'UTC' });
  return [
    iso,
    `${month}${day}${year}`,
    `${month}/${day}/${year}`,
    `${m}/${d}/${year}`,
    `${name} ${d}, ${year}`,
    `${year}${month}${day}`,
  ];
}
