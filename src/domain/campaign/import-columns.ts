/**
 * Which column of a list is what: told by its header, or by whoever uploads it. What is no field of ours is a variable for the prompts,
 * named as its header. Nothing is read from a list whose columns are in doubt. Pure.
 */
export const LIST_FIELDS = [
  'phone',
  'first_name',
  'last_name',
  'date_of_birth',
  'language',
  'external_id',
  'state',
  'time_zone',
  'consent_basis',
  'consent_obtained_at',
  'consent_obtained_by',
  'consent_evidence',
] as const;
export type ListField = (typeof LIST_FIELDS)[number];

/** Null: not read. */
export type Column = { readonly field: ListField } | { readonly variable: string } | null;
/** By the text of a header: a field, the name of a variable, or null to leave the column out. */
export type GivenMapping = Readonly<Record<string, string | null>>;

export interface ColumnProblem {
  /** JSON pointer into what was sent. */
  readonly pointer: string;
  readonly code:
    | 'no_header'
    | 'no_phone_column'
    | 'unknown_column'
    | 'duplicate_column'
    | 'bad_name'
    | 'missing_variable';
  readonly detail: string;
}

/** Other names for a field, the likelier ones first, without the underscores. */
const SYNONYMS: Readonly<Record<ListField, readonly string[]>> = {
  phone: [
    ...['phone', 'phonenumber', 'telephone', 'telephonenumber', 'mobile', 'mobilephone', 'mobilenumber', 'cell'],
    ...[
      'cellphone',
      'cellnumber',
      'phoneno',
      'homephone',
      'contactnumber',
      'primaryphone',
      'number',
      'tel',
      'telefono',
    ],
  ],
  first_name: ['firstname', 'givenname', 'first', 'forename', 'nombre'],
  last_name: ['lastname', 'surname', 'familyname', 'last', 'apellido', 'apellidos'],
  date_of_birth: ['dateofbirth', 'dob', 'birthdate', 'birthday', 'fechadenacimiento'],
  language: ['language', 'lang', 'preferredlanguage', 'idioma'],
  external_id: ['externalid', 'mrn', 'patientid', 'chartnumber', 'medicalrecordnumber', 'id'],
  state: ['state', 'stateofresidence', 'addressstate', 'usstate'],
  time_zone: ['timezone', 'tz'],
  consent_basis: ['consentbasis'],
  consent_obtained_at: ['consentobtainedat', 'consentdate'],
  consent_obtained_by: ['consentobtainedby'],
  consent_evidence: ['consentevidence'],
};
const FIELDS: ReadonlySet<string> = new Set(LIST_FIELDS);
const VARIABLE = /^[a-z][a-z0-9_]{0,39}$/;
const MOST_SHOWN = 20;

/** Ours, in a download of refused rows: a list that was put right and is sent again has them still. */
export const VERDICT_COLUMNS = ['import_row', 'import_code', 'import_column'] as const;

export const nameOf = (column: Column): string | null =>
  column === null ? null : 'field' in column ? column.field : column.variable;

/** `Appointment Date` → `appointment_date`; empty when nothing of it can be a name. */
export const variableNameOf = (header: string): string =>
  header
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[0-9_]+/, '')
    .slice(0, 40)
    .replace(/_+$/, '');

/** Whether any of these is by its name the column of telephone numbers. */
export const namesPhone = (headers: readonly string[]): boolean =>
  headers.some((header) => fieldOf(header) === 'phone');

const folded = (header: string): string => variableNameOf(header).replaceAll('_', '');
const fieldOf = (header: string): ListField | null =>
  LIST_FIELDS.find((field) => SYNONYMS[field].includes(folded(header))) ?? null;

export interface ColumnsAsked {
  readonly headers: readonly string[];
  readonly mapping: GivenMapping | null;
  /** What the prompts are filled with and a list has to bring. */
  readonly requiredVariables: readonly string[];
  /** Whether a text is a telephone number: a header that is one is a patient's row. */
  readonly isNumber: (text: string) => boolean;
}

export function columnsOf(
  asked: ColumnsAsked,
):
  | { readonly ok: true; readonly columns: readonly Column[] }
  | { readonly ok: false; readonly problems: readonly ColumnProblem[] } {
  const { headers, mapping, requiredVariables, isNumber } = asked;
  if (headers.some(isNumber)) return { ok: false, problems: [NO_HEADER] };
  const problems = mapping === null ? [] : mappingProblems(headers, mapping);
  if (problems.length > 0) return { ok: false, problems };
  const columns = guessed(headers, mapping ?? {});
  const names = columns.flatMap((column) => nameOf(column) ?? []);
  if (!names.includes('phone')) problems.push(noPhoneColumn(headers));
  for (const name of new Set(names.filter((each, i) => names.indexOf(each) !== i))) problems.push(twice(name));
  for (const name of requiredVariables) if (!names.includes(name)) problems.push(missing(name));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, columns };
}

function mappingProblems(headers: readonly string[], mapping: GivenMapping): ColumnProblem[] {
  return Object.entries(mapping).flatMap(([header, name]): ColumnProblem[] => {
    const pointer = `/mapping/${header.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const found = headers.filter((each) => each === header).length;
    if (found !== 1)
      return [{ pointer, code: 'unknown_column', detail: 'The file has no column, or more than one, of this name.' }];
    if (name !== null && !VARIABLE.test(name))
      return [
        {
          pointer,
          code: 'bad_name',
          detail: 'A field of a list, or a variable: lower-case letters, digits and underscores.',
        },
      ];
    return [];
  });
}

/** Each field goes to the likeliest header that nobody mapped; the others of that kind are variables. */
function guessed(headers: readonly string[], mapping: GivenMapping): Column[] {
  const given = new Set(Object.values(mapping));
  const chosen = new Map<string, ListField>();
  for (const field of LIST_FIELDS) {
    if (given.has(field)) continue;
    const free = headers.filter((header) => !Object.hasOwn(mapping, header));
    const likeliest = SYNONYMS[field].find((synonym) => free.some((header) => folded(header) === synonym));
    const header = free.find((each) => folded(each) === likeliest);
    if (header !== undefined) chosen.set(header, field);
  }
  return headers.map((header): Column => {
    if (Object.hasOwn(mapping, header)) return columnOf(mapping[header] ?? null);
    const name = chosen.get(header) ?? variableNameOf(header);
    // Another column was said to be that.
    return given.has(name) && FIELDS.has(name) ? null : columnOf(name);
  });
}

function columnOf(name: string | null): Column {
  if (name === null || name === '' || (VERDICT_COLUMNS as readonly string[]).includes(name)) return null;
  return FIELDS.has(name) ? { field: name as ListField } : { variable: name };
}

const NO_HEADER: ColumnProblem = {
  pointer: '/file',
  code: 'no_header',
  detail: 'The first row holds a telephone number. It has to name the columns.',
};

const noPhoneColumn = (headers: readonly string[]): ColumnProblem => ({
  pointer: '/file',
  code: 'no_phone_column',
  detail: `No column is named phone. Name it so, or say with "mapping" which it is. Columns found: ${shown(headers)}.`,
});

const twice = (name: string): ColumnProblem => ({
  pointer: '/file',
  code: 'duplicate_column',
  detail: `Two columns are ${name}. Rename one of them, or leave it out with "mapping".`,
});

const missing = (name: string): ColumnProblem => ({
  pointer: '/file',
  code: 'missing_variable',
  detail: `The prompts say {{${name}}}, and no column brings it.`,
});

/** Only what can be a name: a file without a header begins with a person. */
function shown(headers: readonly string[]): string {
  const names = headers.filter((header) => /^[\p{L}][\p{L} _.()/#-]{0,39}$/u.test(header));
  if (names.length < headers.length || names.length === 0) return `${headers.length}, not all of them with a name`;
  return names.slice(0, MOST_SHOWN).join(', ');
}
