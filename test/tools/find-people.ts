/**
 * Telephone numbers and e-mail addresses that could be somebody's (HS-26). Made-up people have 555-01xx, which is nobody's in any area
 * code; Britain keeps 020 7946 0xxx for drama (Ofcom); addresses stand at the names RFC 2606 and RFC 6761 keep free.
 */
import { type Finding, lineOf } from './find-secrets.ts';

const WRITTEN: readonly RegExp[] = [
  // +1 202 555 0143, as one word
  /(?<![\w+])\+\d{8,15}(?!\d)/g,
  // (202) 555-0143, 202.555.0143
  /(?<![\d.+-])\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}(?![\d-])/g,
  // 2025550143
  /(?<![\w.+-])1?[2-9]\d{2}[2-9]\d{6}(?![\w.])/g,
];
const ADDRESS = /[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g;
const FREE_NAMES = /@(?:[\w.-]+\.)?(?:example|test|invalid|localhost|example\.(?:com|org|net))$/i;

/** Not a patient's, and why. */
const NOBODYS: ReadonlyMap<string, string> = new Map([
  ['+12029761234', 'the premium exchange 976, which is refused'],
  ['+12029765014', 'the same'],
  ['+2025550143', 'a plus without a country, of nobody with one'],
  ['2852039166', '169.254.169.254 as one number, which is refused as a host'],
  ['ben@clinic.example.access', 'the id of a service token, as Access ends them'],
  ['pass@127.0.0.1', 'a password in an address, which is refused'],
  ['secret@s3.amazonaws.com', 'the same'],
  ['pass@s3.amazonaws.com', 'the same'],
  ['user@s3.amazonaws.com', 'a name in an address, which is refused'],
  ['key@api.openai.com', 'the same'],
]);

export function findPeople(file: string, text: string): Finding[] {
  const found = (rule: string, shape: RegExp, isFree: (written: string) => boolean) =>
    [...text.matchAll(shape)]
      .filter(([written]) => !isFree(written) && !NOBODYS.has(written))
      .map(({ index }) => ({ file, line: lineOf(text, index), rule }));
  return [
    ...WRITTEN.flatMap((shape) => found('telephone-number', shape, isNobodysNumber)),
    ...found('e-mail-address', ADDRESS, (written) => FREE_NAMES.test(written)),
  ];
}

function isNobodysNumber(written: string): boolean {
  const digits = written.replace(/\D/g, '');
  if (written.startsWith('+') && !digits.startsWith('1'))
    return digits.startsWith('0') || /^442079460\d{3}$/.test(digits);
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  // No number of the North American plan: too short, too long, or an exchange that there is none of.
  if (!/^[2-9]\d{2}[2-9]\d{6}$/.test(national)) return true;
  return /^\d{3}55501\d{2}$/.test(national);
}
