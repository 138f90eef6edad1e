/** What workerd has on its byte arrays and this version of Node has not: src/store/seal.ts seals with it. */

interface Base64Options {
  readonly alphabet?: 'base64' | 'base64url';
  readonly omitPadding?: boolean;
}

export function giveBase64(): void {
  const bytes = Uint8Array.prototype as Uint8Array & { toBase64?: unknown };
  if (bytes.toBase64 !== undefined) return;
  const viewOf = (array: Uint8Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  Object.assign(Uint8Array.prototype, {
    toBase64(this: Uint8Array, { alphabet = 'base64' }: Base64Options = {}) {
      return viewOf(this).toString(alphabet);
    },
    toHex(this: Uint8Array) {
      return viewOf(this).toString('hex');
    },
  });
  Object.assign(Uint8Array, { fromBase64: (text: string) => new Uint8Array(Buffer.from(text, 'base64')) });
}
