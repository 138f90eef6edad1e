/**
 * Text on its way into and out of spreadsheets. A cell that begins like a formula is computed by whoever opens the file: on its way out
 * it gets a quotation mark in front, which makes it text (SE-26), and on its way in that mark is taken off again. Pure.
 */

/** `=` `+` `-` `@`, and the same in full width; also behind spaces, control characters and marks, which do not keep a spreadsheet from it once they are trimmed. */
const LIKE_FORMULA = /^['\s\p{Cc}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/u;
const MARKED = /^'(?=['\s\p{Cc}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20])/u;
/**
 * The same behind a semicolon, tab or line break: where the list separator of the country is not a comma, Excel cuts a quoted cell there
 * and would compute the rest. A mark that was there already gets another, so that taking one off leaves what was meant.
 */
const BEHIND_SEPARATOR = /([;\t\r\n])(?=['\s\p{Cc}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20])/gu;
const MARKED_INSIDE = /([;\t\r\n])'(?=['\s\p{Cc}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20])/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a cell that begins with one is what is looked for
const BEGINS_ODDLY = /^ *[\u0000\t\r\n]/;

/** Most cells are ids, codes and times, of which nothing else need be asked. */
const PLAIN = /^[A-Za-z0-9][^;\t\r\n]*$/;

/** A cell as it is meant: one line, without the marks that keep a spreadsheet from computing it. */
export const fromSheet = (cell: string): string =>
  cell
    .replace(MARKED_INSIDE, '$1')
    .replace(/[\r\n\t]+/g, ' ')
    .trim()
    .replace(MARKED, '')
    .trim();

/** Telephone numbers too: `+1…` is a formula to a spreadsheet, and comes out as a number without its plus. */
export function toSheet(text: string): string {
  if (PLAIN.test(text)) return text;
  const safe = text.replace(BEHIND_SEPARATOR, "$1'");
  return LIKE_FORMULA.test(text) || BEGINS_ODDLY.test(text) ? `'${safe}` : safe;
}

/** One line of a CSV file (RFC 4180), its end included. */
export const csvLine = (texts: readonly string[]): string =>
  `${texts.map((text) => quoted(toSheet(text))).join(',')}\r\n`;

const quoted = (text: string): string => (/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What cannot be shown: control characters, halves of characters, what turns the direction of text, and what a decoder could not read. */
export const UNREADABLE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\uFFFD]/u;
const EACH_UNREADABLE = new RegExp(`(?![\\t\\r\\n])${UNREADABLE.source}`, 'gu');

/** For whoever has to find the place; line ends within a cell are none. */
export const withoutUnreadable = (text: string): string => text.replace(EACH_UNREADABLE, '\uFFFD');

/** What windows-1252 makes of the bytes 0x80 to 0xBF, those that in UTF-8 go on with a character. */
const GOES_ON = '[\u0080-\u00BF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]';
const MISREAD = new RegExp(`[\u00C2-\u00DF]${GOES_ON}|[\u00E0-\u00EF]${GOES_ON}{2}|[\u00F0-\u00F4]${GOES_ON}{3}`);

/** Whether a text that was read as windows-1252 would be UTF-8 in its bytes: then nobody can say which of the two was meant. */
export const isMisread = (text: string): boolean => MISREAD.test(text);
