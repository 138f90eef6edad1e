/**
 * Cells that no spreadsheet computes (SE-26). Besides the beginning of a cell, what stands behind a semicolon, tab or line break in it:
 * where the list separator of the country is not a comma, Excel cuts a quoted cell there and would compute the rest. Pure.
 */
import { toSheet } from '../campaign/sheet-text.ts';

const BEHIND_SEPARATOR = /([;\t\r\n])(?=[\s\p{Cc}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20])/gu;

/** For a cell whose beginning is marked already, or will be. */
export const safeInside = (text: string): string => text.replace(BEHIND_SEPARATOR, "$1'");

/** Telephone numbers are marked as well: `'+12025550143` stays text with its plus, and our own import takes the mark off again. */
export const formulaSafe = (text: string): string => safeInside(toSheet(text));
