/** Text that somebody wrote, as API and pages take it (SE-16). */
import * as z from 'zod';

/**
 * One line of plain text. No control characters or line breaks, no half surrogate pairs, and nothing that turns the direction
 * of the text around it, because a page would then show other words than were sent. Joiners stay: names in Persian or Sinhala
 * need them. At least one letter or digit, or there is nothing to read.
 */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+$/u, 'One line of plain text, without control characters.')
    .regex(/[\p{L}\p{N}]/u, 'At least one letter or digit.');

/** Several lines of it; a line break is one character, whoever wrote it. */
export const text = (maxLength: number) =>
  z
    .string()
    .transform((written) => written.replace(/\r\n?/g, '\n').trim())
    .pipe(
      z
        .string()
        .min(1)
        .max(maxLength)
        .regex(/^[^\p{Cs}\p{Bidi_Control}\u2028\u2029]+$/u, 'Plain text.')
        .regex(/^(?:[^\p{Cc}]|[\n\t])+$/u, 'Plain text, without control characters.')
        .regex(/[\p{L}\p{N}]/u, 'At least one letter or digit.'),
    );
