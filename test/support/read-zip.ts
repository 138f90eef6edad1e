/**
 * A ZIP archive, read by its own rules and not by the library that writes it: what the central directory says of each file has to be true
 * of the file, byte for byte.
 */
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let i = 0; i < 8; i += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
const crcOf = (bytes: Uint8Array): number =>
  ~bytes.reduce((crc, byte) => (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8), ~0) >>> 0;

const must = (is: boolean, what: string): void => {
  if (!is) throw new Error(`not a sound archive: ${what}`);
};

/** By name, in the order of the archive. */
export function readZip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  must(end >= 0 && view.getUint32(end, true) === END, 'it has no end');
  const count = view.getUint16(end + 10, true);
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  must(at + view.getUint32(end + 12, true) === end, 'the directory does not reach the end');
  let next = 0;
  for (let i = 0; i < count; i += 1) {
    must(view.getUint32(at, true) === CENTRAL, 'the directory');
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, packed, length] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(at + 46, at + 46 + nameLength),
    );
    const local = view.getUint32(at + 42, true);
    must(local === next && view.getUint32(local, true) === LOCAL, `${name} is not where it should be`);
    must(method === 0 && packed === length && (flags & 8) !== 0, `${name} is not stored as it is`);
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = bytes.subarray(from, from + length);
    must(content.length === length && crcOf(content) === crc, `${name} has another content`);
    must(view.getUint32(from + length, true) === DESCRIPTOR, `${name} has no end`);
    must(
      view.getUint32(from + length + 4, true) === crc && view.getUint32(from + length + 12, true) === length,
      `${name}: its end`,
    );
    must(!files.has(name), `${name} is there twice`);
    files.set(name, content);
    next = from + length + 16;
    at += 46 + nameLength + extra + comment;
  }
  must(at === end, 'more in the directory than it says');
  return files;
}
