/** Ten digits as people write or paste them get their +1; anything else is left for the rules of numbers to judge. As in static/app.js. */
export function typedNumber(typed: string): string {
  const digits = typed.replaceAll(/[\s().\p{Pd}\p{Cf}]/gu, '').replace(/^\+?1(?=\d{10}$)/, '');
  return /^\d{10}$/.test(digits) ? `+1${digits}` : typed.trim();
}
