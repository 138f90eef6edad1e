/** Which texts are numbers that may be rung (TC-19). */
import { describe, expect, it } from 'vitest';
import { readUsNumber, usNumber } from '../../src/us-number.ts';

describe('usNumber', () => {
  it.each(['+12025550143', '+12025550100', '+14155550199', '+16175550142'])('takes %s as it is', (text) => {
    expect(usNumber(text)).toBe(text);
  });

  it.each([
    ['a national number', '2025550143'],
    ['without its plus', '12025550143'],
    ['with spaces', '+1 202 555 0143'],
    ['one digit short', '+1202555014'],
    ['one digit long', '+120255501433'],
    ['an emergency number', '911'],
    ['Canadian', '+14165550143'],
    ['Jamaican', '+18765550143'],
    ['a premium number', '+19005550143'],
    ['a premium exchange', '+12029761234'],
    ['British', '+442079460958'],
    ['an area code that does not exist', '+11115550143'],
    ['an exchange that does not exist', '+12021110143'],
    ['letters', '+1202555CALL'],
    ['a number with a line after it', '+12025550143\n'],
    ['nothing', ''],
  ])('refuses what is %s (TC-19, T25)', (_, text) => {
    expect(usNumber(text)).toBeNull();
  });
});

describe('readUsNumber', () => {
  it.each([
    '+12025550143',
    '12025550143',
    '2025550143',
    '(202) 555-0143',
    '202.555.0143',
    '202-555-0143',
    '1-202-555-0143',
    '+1 (202) 555 0143',
    '202\u00A0555\u20110143',
  ])('reads %s as people write it', (text) => {
    expect(readUsNumber(text)).toBe('+12025550143');
  });

  it.each([
    ['an extension', '202-555-0143 x12'],
    ['words around it', 'call 2025550143'],
    ['letters for digits', '202-555-CALL'],
    ['what Excel makes of a long number', '2.02556E+09'],
    ['two numbers', '2025550143 2025550144'],
    ['a plus without a country', '+2025550143'],
    ['seven digits', '555-0143'],
    ['eleven digits of another country', '22025550143'],
    ['a Canadian number', '(416) 555-0143'],
    ['a premium number', '900 555 0143'],
    ['an exit code', '00112025550143'],
    ['other digits', '２０２５５５０１４３'],
    ['a long text', `202555${' '.repeat(60)}0143`],
    ['nothing', ''],
  ])('does not read %s', (_, text) => {
    expect(readUsNumber(text)).toBeNull();
  });
});
