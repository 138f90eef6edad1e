/** Files that are almost right: audio and lists, in pieces of any size (SE-23, SE-24, S1-T9, S2-T4, C81). */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRecords } from '../../src/csv-records.ts';
import { AudioProbe } from '../../src/domain/audio/audio-probe.ts';
import { recogniseAudio, UPLOAD_FORMATS } from '../../src/domain/audio/recognise-audio.ts';
import { UploadedBytes } from '../../src/domain/audio/uploaded-bytes.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { cut } from '../support/given-audio-parts.ts';
import { UPLOADS } from '../support/given-containers.ts';
import { spoiledBytes } from '../support/spoiled.ts';

const good = UPLOAD_FORMATS.map((format) => UPLOADS[format]().subarray(0, 4000));

it('a file is audio of a known kind or refused with a code, the same however it is cut, in a bounded time', () => {
  fc.assert(
    fc.property(spoiledBytes(...good), fc.integer({ min: 1, max: 700 }), (bytes, size) => {
      const found = recogniseAudio(new UploadedBytes([bytes]));
      expect(recogniseAudio(new UploadedBytes([...cut(bytes, size)]))).toEqual(found);
      if (!found.ok) {
        expect(['empty', 'not_audio', 'cut_off', 'no_sound']).toContain(found.code);
        return;
      }
      expect(UPLOAD_FORMATS).toContain(found.format);
      if (found.durationMs !== null) {
        expect(found.durationMs).toBeGreaterThan(0);
        // No header makes days out of four kilobytes.
        expect(found.durationMs).toBeLessThanOrEqual(bytes.length * 50);
      }
    }),
    fuzzRuns(600),
  );
});

it('a download is told by the same bytes, whatever pieces they come in', () => {
  const formatOf = (pieces: Iterable<Uint8Array>) => {
    const probe = new AudioProbe();
    for (const piece of pieces) probe.push(piece);
    return [probe.end(), probe.durationMs];
  };
  fc.assert(
    fc.property(spoiledBytes(...good), fc.integer({ min: 1, max: 700 }), (bytes, size) => {
      expect(formatOf(cut(bytes, size))).toEqual(formatOf([bytes]));
    }),
    fuzzRuns(600),
  );
});

const LISTS = [
  'phone_number,first_name,external_id\r\n+12025550143,Ana,MRN-1\r\n"+12025550144","Luz ""L"" Diaz",MRN-2\r\n',
  'number;name\n202 555 0143;Ana\n202 555 0144;"a\nb"\n',
  '\ufeffphone\tname\n2025550143\tñandú\n',
].map((text) => new TextEncoder().encode(text));

it('a list is read to its last byte, no part of it twice, whatever bytes it holds', () => {
  fc.assert(
    fc.property(
      spoiledBytes(...LISTS),
      fc.constantFrom(',', ';', '\t', null),
      fc.integer({ min: 40, max: 400 }),
      fc.integer({ min: 1, max: 5 }),
      (bytes, delimiter, first, most) => {
        let [offset, rounds, isCut, part] = [0, 0, false, first];
        while (offset < bytes.length) {
          const until = Math.min(bytes.length, offset + part);
          const isLast = until === bytes.length;
          const read = readRecords(bytes.subarray(offset, until), delimiter, most, { isLast, isCut });
          const ends = read.records.map(({ end }) => end);
          expect(ends).toEqual(ends.toSorted((a, b) => a - b));
          expect(read.records.length).toBeLessThanOrEqual(most);
          offset += read.end;
          isCut = read.isCut;
          rounds += 1;
          // Longer parts until one holds a row, as the job does.
          if (read.end === 0) part = Math.min(bytes.length, part * 2);
          expect(rounds).toBeLessThan(bytes.length + 40);
        }
        expect(offset).toBe(bytes.length);
      },
    ),
    fuzzRuns(600),
  );
});
