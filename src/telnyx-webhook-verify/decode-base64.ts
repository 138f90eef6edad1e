/**
 * Base64 with the standard alphabet, padded, one spelling per value (RFC 4648 sections 3.5 and 4).
 * `atob` alone is lenient: it drops whitespace, accepts missing padding and ignores the unused bits of the last character.
 */

/** The bytes, or undefined when `text` is not the one base64 spelling of exactly `byteLength` bytes. */
export function decodeBase64(text: string, byteLength: number): Uint8Array<ArrayBuffer> | undefined {
  // Bounds the work before any is done: both texts come from outside.
  if (text.length !== Math.ceil(byteLength / 3) * 4) return undefined;
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined; // a character outside the alphabet
  }
  // Encoding gives the canonical spelling, so anything else that `atob` put up with shows as a difference.
  if (binary.length !== byteLength || btoa(binary) !== text) return undefined;
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
