/**
 * The public address of an uploaded audio: its id, and a keyed hash of it that nobody else can make. It opens nothing but that audio.
 * Links made under an older key of PHI_KEYS work as long as that key is in the ring.
 */
import type { AudioFormat } from '../domain/intake/state.ts';
import type { Config } from '../env.ts';
import { isSearchHash, type KeyRing, searchHash } from './seal.ts';

/** Telnyx is told the format by the end of the address (`CallPlan.mediaUrl`). */
export function mediaUrlFor(
  { publicUrl, keyRing }: Pick<Config, 'publicUrl' | 'keyRing'>,
  { id, format }: { readonly id: string; readonly format: AudioFormat },
): string {
  return `${publicUrl}/media/${id}/${searchHash(keyRing, 'media', id)}.${format}`;
}

/** `hash`: the last part of such an address. */
export const opensMedia = (ring: KeyRing, id: string, hash: string): boolean =>
  isSearchHash(ring, 'media', id, hash.replace(/\.(mp3|wav)$/, ''));
