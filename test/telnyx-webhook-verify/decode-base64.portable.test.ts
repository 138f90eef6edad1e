/** The base64 reader alone, at the lengths where its three checks could cover for one another. */
import { afterEach, expect, test, vi } from 'vitest';
import { decodeBase64 } from '../../src/telnyx-webhook-verify/decode-base64.ts';
import { base64 } from './signed-delivery.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('reads every byte value at every length, and gives it back', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (let length = 0; length <= 256; length += 1) {
    const part = bytes.subarray(256 - length);
    expect(decodeBase64(base64(part), length)).toEqual(Uint8Array.from(part));
  }
});

test('refuses one byte more or less, also where both lengths take the same number of characters', () => {
  for (const length of [31, 32, 33, 63, 64, 65, 66]) {
    for (const other of [length - 2, length - 1, length + 1, length + 2]) {
      expect(decodeBase64(base64(new Uint8Array(length)), other)).toBeUndefined();
    }
  }
});

test('refuses text of the wrong length before decoding it', () => {
  const atob = vi.spyOn(globalThis, 'atob');
  expect(decodeBase64('A'.repeat(10_000_000), 64)).toBeUndefined();
  expect(decodeBase64('', 64)).toBeUndefined();
  expect(atob).not.toHaveBeenCalled();
  expect(decodeBase64('AAAA', 3)).toEqual(new Uint8Array(3));
  expect(atob).toHaveBeenCalledTimes(1);
});
