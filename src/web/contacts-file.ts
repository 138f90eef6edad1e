/** Contacts that came as JSON, as the list they would be: so there is one way a list is read, with the same verdicts. */
import type { UploadedFile } from './read-upload.ts';

export interface ContactInput {
  readonly phone_number: string;
  readonly external_id?: string | null;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly date_of_birth?: string | null;
  readonly language?: string | null;
  readonly state?: string | null;
  readonly time_zone?: string | null;
  readonly variables?: Readonly<Record<string, string>> | null;
}

const FIELDS = [
  'external_id',
  'first_name',
  'last_name',
  'date_of_birth',
  'language',
  'state',
  'time_zone',
] as const satisfies readonly (keyof ContactInput)[];

/** RFC 4180; every cell in quotes, so that none can end early. */
const record = (cells: readonly string[]): string =>
  `${cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\r\n`;

export function contactsFile(contacts: readonly ContactInput[]): UploadedFile {
  const fields = FIELDS.filter((name) => contacts.some((contact) => contact[name] != null));
  const names = [...new Set(contacts.flatMap(({ variables }) => Object.keys(variables ?? {})))];
  const lines = [
    record(['phone', ...fields, ...names]),
    ...contacts.map((contact) =>
      record([
        contact.phone_number,
        ...fields.map((name) => contact[name] ?? ''),
        ...names.map((name) => contact.variables?.[name] ?? ''),
      ]),
    ),
  ];
  const bytes = new TextEncoder().encode(lines.join(''));
  return { name: 'contacts.csv', type: 'text/csv', pieces: [bytes], bytes: bytes.length };
}
