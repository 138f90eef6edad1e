/** Every code of the doctor: an exit code of its own, something to do about it, and a line in README. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES, type CodeEntry, type FindingCode } from '../../../src/domain/doctor/codes.ts';
import { fine, found, notChecked, reportOf } from '../../../src/domain/doctor/finding.ts';

const entries = Object.entries(CODES) as [FindingCode, CodeEntry][];
const README = readFileSync(path.resolve(import.meta.dirname, '../../../README.md'), 'utf8');

describe('the table of codes', () => {
  it('gives no exit code to two of them, nor one that a shell or the command line has another meaning for', () => {
    const given = entries.map(([, { exitCode }]) => exitCode).filter((exitCode) => exitCode !== 0);
    expect(new Set(given).size).toBe(given.length);
    for (const exitCode of given) expect([exitCode > 2, exitCode < 126]).toEqual([true, true]);
  });

  it('has an exit code for every fault, and for what nobody knows, and for no other warning', () => {
    for (const [code, { level, exitCode }] of entries)
      expect([code, exitCode !== 0]).toEqual([code, level === 'fault' || code === 'not_checked']);
  });

  it.each(entries)('%s says what it means and what to do', (_, { meaning, remedy }) => {
    for (const text of [meaning, remedy]) {
      expect(text).toMatch(/^[A-Z].{20,}[.)”\]:*]/s);
      expect(text.length).toBeLessThan(170);
    }
  });

  it.each(entries)('%s stands in README with its exit code and meaning', (code, { level, exitCode, meaning }) => {
    const line = README.split('\n').find((row) => row.startsWith(`| \`${code}\``));
    const cells = (line ?? '').split('|').map((cell) => cell.trim());
    expect(cells.slice(1, -1)).toEqual([`\`${code}\``, level, String(exitCode), meaning]);
  });
});

describe('a report', () => {
  it('is ok when everything is, and when what is wrong can wait', () => {
    expect(reportOf([fine('cron', 'Runs.')], 5)).toMatchObject({ ok: true, exitCode: 0, checkedAt: 5 });
    const waits = found('clock', 'clock_drift', 'Six seconds.');
    expect(reportOf([fine('cron', 'Runs.'), waits], 5)).toMatchObject({ ok: true, exitCode: 0 });
  });

  it('is never ok when something could not be looked at', () => {
    const report = reportOf([fine('cron', 'Runs.'), notChecked('balance', 'no answer.')], 5);
    expect(report).toMatchObject({ ok: false, exitCode: 3 });
    expect(report.findings[0]).toMatchObject({
      level: 'warning',
      code: 'not_checked',
      detail: 'Not checked: no answer.',
    });
  });

  it('puts faults first, then what nobody knows, then warnings, and ends with the first fault', () => {
    const report = reportOf(
      [
        fine('bindings', 'All.'),
        found('clock', 'clock_drift', 'Six seconds.'),
        notChecked('balance', 'no answer.'),
        found('outbound_profile', 'profile_missing', 'None.'),
        found('connection', 'connection_inactive', 'Off.'),
      ],
      5,
    );
    expect(report.findings.map(({ code }) => code)).toEqual([
      ...['connection_inactive', 'profile_missing', 'not_checked', 'clock_drift', 'ok'],
    ]);
    expect(report.exitCode).toBe(CODES.connection_inactive.exitCode);
  });

  it('fills in what a remedy is about', () => {
    expect(found('numbers', 'number_elsewhere', 'x', { number: '+12025550100' }).remedy).toContain('+12025550100');
    expect(found('keys', 'key_missing', 'x', { key: 'k1' }).remedy).not.toMatch(/[{}]/);
  });
});
