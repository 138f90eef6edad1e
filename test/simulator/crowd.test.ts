import { describe, expect, test } from 'vitest';
import { crowd } from '../../src/simulator/crowd.ts';
import { syntheticNumbers } from '../tools/synthetic-numbers.ts';

const scriptOf = (id: string): string => id.replace(/-\d+$/, '');
const typed = (date: string): string => date.replace(/(\d+)-(\d+)-(\d+)/, '$2$3$1#');

describe('A crowd', () => {
  test('is the same for the same seed, and another for another', () => {
    const phones = syntheticNumbers(200);
    expect(crowd(7, phones)).toEqual(crowd(7, phones));
    expect(crowd(8, phones)).not.toEqual(crowd(7, phones));
  });

  test('has a number of its own for each of thirty thousand', () => {
    const phones = syntheticNumbers(30_000);
    const patients = crowd(1, phones);
    expect(new Set(patients.map(({ phone }) => phone)).size).toBe(30_000);
    expect(new Set(patients.map(({ id }) => id)).size).toBe(30_000);
    expect(phones.every((phone) => /^\+1[2-9]\d{2}55501\d{2}$/.test(phone))).toBe(true);
  });

  test('holds every disposition from some forty patients on', () => {
    const statuses = new Set(crowd(1, syntheticNumbers(40)).map(({ expected }) => expected.status));
    expect([...statuses].sort()).toEqual([
      ...['busy', 'completed', 'declined', 'failed', 'no_answer', 'opted_out', 'partial', 'voicemail', 'wrong_person'],
    ]);
  });

  test('keeps to the shares, whatever the seed', () => {
    const count = (seed: number) => {
      const scripts = crowd(seed, syntheticNumbers(1000)).map(({ id }) => scriptOf(id));
      return [scripts.filter((id) => id === 'full-recorded').length, scripts.filter((id) => id === 'no-route').length];
    };
    expect(count(1)).toEqual(count(2));
    const [interviews = 0, noRoutes = 0] = count(1);
    expect(interviews / 1000).toBeCloseTo(0.14, 1);
    expect(noRoutes / 1000).toBeCloseTo(0.02, 1);
  });

  test('knows its own birth dates, now and when ringing back, but for those who get theirs wrong', () => {
    const patients = crowd(1, syntheticNumbers(500)).filter(({ keys }) => keys['birth_date'] !== undefined);
    for (const { id, dateOfBirth, keys, ringBack } of patients) {
      const knows = scriptOf(id) !== 'wrong-birth-date';
      expect(keys['birth_date']?.includes(typed(dateOfBirth ?? ''))).toBe(knows);
      if (ringBack !== undefined) expect(ringBack.keys['birth_date']).toEqual([typed(dateOfBirth ?? '')]);
    }
    expect(new Set(patients.map(({ dateOfBirth }) => dateOfBirth)).size).toBeGreaterThan(300);
  });
});
