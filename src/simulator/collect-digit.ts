/**
 * What one key press does to a gather, and what its silence means. Pure: the rules of `gather_using_speak`, with the two
 * points Telnyx leaves open as quirks (`#` alone, and too few digits before the pause).
 */
export interface GatherRules {
  readonly minimumDigits: number;
  readonly maximumDigits: number;
  /** Empty: none. */
  readonly terminatingDigit: string;
  readonly validDigits: string;
}

export interface GatherQuirks {
  readonly hashAlone: 'valid' | 'invalid';
  readonly shortEntry: 'timeout' | 'invalid';
}

export type GatherStatus = 'valid' | 'invalid' | 'timeout' | 'call_hangup' | 'cancelled' | 'cancelled_amd';

export interface Collected {
  readonly digits: string;
  readonly outcome: 'more' | 'valid' | 'invalid';
}

export function collectDigit(rules: GatherRules, quirks: GatherQuirks, digits: string, digit: string): Collected {
  if (digit === rules.terminatingDigit) {
    if (digits === '') return { digits, outcome: quirks.hashAlone };
    return { digits, outcome: digits.length >= rules.minimumDigits ? 'valid' : 'invalid' };
  }
  const next = digits + digit;
  if (!rules.validDigits.includes(digit)) return { digits: next, outcome: 'invalid' };
  return { digits: next, outcome: next.length >= rules.maximumDigits ? 'valid' : 'more' };
}

/** The pause after a digit has run out. */
export function judgePause(rules: GatherRules, quirks: GatherQuirks, digits: string): 'valid' | 'timeout' | 'invalid' {
  return digits.length >= rules.minimumDigits ? 'valid' : quirks.shortEntry;
}
