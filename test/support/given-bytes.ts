/** Bytes that tell where they stood, as streams in pieces of any size: long audio that nobody holds at once. */
export const MIB = 1024 * 1024;
const PAGE = 64 * 1024;

/** The byte at a place: no two pages are alike. */
const byteAt = (at: number): number => ((at & 0xff) ^ ((at >> 8) & 0xff)) + (at >> 16) * 131;

/** The bytes `from` to `to` (excluded) of a long row of them that is the same each time. */
export function givenBytes(to: number, from = 0): Uint8Array {
  const bytes = new Uint8Array(to - from);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = byteAt(from + at);
  return bytes;
}

/** The same row, made while it is read. */
export async function* streamedBytes(length: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < length; at += PAGE) yield givenBytes(Math.min(length, at + PAGE), at);
}

/** Cut into pieces of these sizes, in turn. */
export async function* inPieces(bytes: Uint8Array, ...sizes: readonly number[]): AsyncGenerator<Uint8Array, void> {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

export async function joined(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece.slice());
  return glued(...pieces);
}

export const glued = async (...pieces: readonly Uint8Array[]): Promise<Uint8Array> =>
  new Uint8Array(await new Blob([...pieces]).arrayBuffer());

/** SHA-256, hex. */
export async function sha256Of(source: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  for await (const piece of source) await writer.write(piece);
  await writer.close();
  return new Uint8Array(await digest.digest).toHex();
}
