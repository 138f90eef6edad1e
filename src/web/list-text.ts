/**
 * In which encoding a list was written, and its text as UTF-8. A mark at its beginning says it; without one it is UTF-8 where every
 * byte fits, else windows-1252, as Excel saves by default: then the import says so, and rows that might be either are refused.
 */
import type { ListLayout } from '../store/imports.ts';

export type Encoding = ListLayout['encoding'];

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Of the first bytes, in a text of two bytes a letter that does not say so. */
const SNIFFED_BYTES = 4096;

/** Null: no text, or none that can be told. `mark`: how many bytes at the beginning are not text. */
export function encodingOf(
  pieces: readonly Uint8Array[],
): { readonly encoding: Encoding; readonly mark: number } | null {
  const head = headOf(pieces, SNIFFED_BYTES);
  const marked = MARKS.find(([, mark]) => mark.every((byte, i) => head[i] === byte));
  if (marked !== undefined) {
    const [encoding, { length: mark }] = marked;
    return isIn(encoding, pieces) ? { encoding, mark } : null;
  }
  if (head.filter((byte) => byte === 0).length * 4 >= head.length) return null;
  return { encoding: isIn('utf-8', pieces) ? 'utf-8' : 'windows-1252', mark: 0 };
}

export function headOf(pieces: readonly Uint8Array[], most: number): Uint8Array {
  const head = new Uint8Array(most);
  let held = 0;
  for (const piece of pieces) {
    if (held === most) break;
    const part = piece.subarray(0, most - held);
    head.set(part, held);
    held += part.length;
  }
  return head.subarray(0, held);
}

function isIn(encoding: Encoding, pieces: readonly Uint8Array[]): boolean {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false });
  try {
    for (const piece of pieces) decoder.decode(piece, { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** As UTF-8, without its mark. */
export function* asUtf8(pieces: readonly Uint8Array[], encoding: Encoding, mark: number): Generator<Uint8Array, void> {
  let skip = mark;
  const decoder = new TextDecoder(encoding, { fatal: false, ignoreBOM: true });
  const encoder = new TextEncoder();
  for (const piece of pieces) {
    const text = piece.subarray(Math.min(skip, piece.length));
    skip -= piece.length - text.length;
    if (text.length > 0) yield encoding === 'utf-8' ? text : encoder.encode(decoder.decode(text, { stream: true }));
  }
  if (encoding !== 'utf-8') yield encoder.encode(decoder.decode());
}
