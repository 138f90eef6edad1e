import { expect, it } from 'vitest';
import { dueAt, extendedDueAt, REQUEST_KINDS } from '../../../src/domain/retention/request-rules.ts';

const DAY = 24 * 3_600_000;
const AT = Date.UTC(2026, 10, 2, 9);

it('is due by the rule of its kind: access 30 days, amendment 60, accounting 60 (HS-19, HS-20, HS-22)', () => {
  const days = Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, (dueAt(kind, AT) - AT) / DAY]));
  expect(days).toEqual({ access: 30, amendment: 60, erasure: 30, accounting: 60 });
});

it('can be put off once by 30 days, an erasure not at all (HS-19)', () => {
  expect(extendedDueAt('access', { receivedAt: AT, extendedAt: null })).toBe(AT + 60 * DAY);
  expect(extendedDueAt('amendment', { receivedAt: AT, extendedAt: null })).toBe(AT + 90 * DAY);
  expect(extendedDueAt('access', { receivedAt: AT, extendedAt: AT + DAY })).toBeNull();
  expect(extendedDueAt('erasure', { receivedAt: AT, extendedAt: null })).toBeNull();
});
