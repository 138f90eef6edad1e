/** What lists show of a person: enough to tell two rows apart, not enough to ring. */

/** `•••• 0143`. A caller who hides the number has none to mask. */
export const maskNumber = (phoneNumber: string): string =>
  phoneNumber.startsWith('+') ? `•••• ${phoneNumber.slice(-4)}` : phoneNumber;

/** `JD`; null when no name is on file. */
export function initials(person: {
  readonly firstName: string | null;
  readonly lastName: string | null;
}): string | null {
  const letters = [person.firstName, person.lastName].map((name) => [...(name ?? '').trim()][0] ?? '').join('');
  return letters === '' ? null : letters.toUpperCase();
}

/** `a•••@clinic.example`; what is no address, as a service token's id, by its end alone. */
export function maskEmail(text: string): string {
  const at = text.lastIndexOf('@');
  return at > 0 ? `${text.slice(0, 1)}•••${text.slice(at)}` : `•••${text.replace(/\.access$/, '').slice(-4)}`;
}
