/** One channel of a recording, taken out of it frame by frame while it streams by. Pure. */
import type { AudioFormat } from '../intake/state.ts';
import { Mp3Channel } from './mp3-channel.ts';
import { WavChannel } from './wav-channel.ts';

export interface SoundFrame {
  readonly ms: number;
  /** 0: digital silence. Else only comparable with others of the same recording. */
  readonly loudness: number;
  /** As it stands in a file of this one channel. */
  readonly sound: Uint8Array;
}

export interface SoundReader {
  /** Of the recording; null: not known yet. */
  readonly channels: number | null;
  readonly push: (piece: Uint8Array) => SoundFrame[];
  /** After the last piece. */
  readonly end: () => SoundFrame[];
  /** These frames as a file of their own. */
  readonly file: (frames: readonly SoundFrame[]) => Uint8Array;
}

/** `from`: the first frame that is wanted, counted from 0; those before it are passed over. */
export const soundReader = (format: AudioFormat, channel: number, from: number): SoundReader =>
  format === 'mp3' ? new Mp3Channel(channel, from) : new WavChannel(channel, from);
