/** What SECURITY.md promises: a row for each id, and what shows it. Read from its tables, never typed anywhere else. */

export const FAMILIES = ['S1', 'S2', 'TC', 'HS', 'RC', 'LG', 'SE', 'CL', 'FH', 'T'] as const;
type Family = (typeof FAMILIES)[number];

/** Those whose tests must also fail under a mutant. */
export const MUTATED: readonly Family[] = ['TC', 'HS', 'SE'];

/** How far each numbered family goes; the boxes of the two earlier systems go by letter, as listed in the document. */
const LAST: Readonly<Partial<Record<Family, number>>> = {
  ...{ TC: 27, HS: 26, RC: 10, LG: 10, SE: 31, CL: 24, FH: 7, T: 26 },
};

export interface Row {
  readonly id: string;
  readonly isByTests: boolean;
  /** Ids whose tests show this one too. */
  readonly as: readonly string[];
  readonly runbook: { readonly title: string; readonly target: string } | null;
  /** What it says instead, when it is none of these. */
  readonly unreadable: string | null;
}

const ID = /^(?:(?:TC|HS|RC|LG|SE|CL|FH)-\d\d|T\d\d|S[12]-[A-Z]\d+)$/;
/** In the name of a test; what goes on is another word. */
const CITED = /(?<![\w-])(?:(?:TC|HS|RC|LG|SE|CL|FH)-\d\d|T\d\d|S[12]-[A-Z]\d+)(?![\w-])/g;

export const familyOf = (id: string): Family => (/^[A-Z]\d?(?=-)|^[A-Z]+/.exec(id)?.[0] ?? 'T') as Family;

export const citedIn = (name: string): string[] => [...new Set(name.match(CITED) ?? [])];

/** The numbered ids that must be there. */
export const expectedIds = (): string[] =>
  Object.entries(LAST).flatMap(([family, last]) =>
    Array.from({ length: last }, (_, i) => `${family}${family === 'T' ? '' : '-'}${String(i + 1).padStart(2, '0')}`),
  );

/** Every row of a table whose first cell is an id and nothing else. */
export function readRows(document: string): Row[] {
  return document.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) return [];
    const cells = line
      .replace(/\\\|/g, ' ')
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [id = ''] = cells;
    return ID.test(id) && cells.length > 1 ? [readRow(id, cells.at(-1) ?? '')] : [];
  });
}

function readRow(id: string, shown: string): Row {
  let row: Row = { id, isByTests: false, as: [], runbook: null, unreadable: null };
  for (const part of shown.split(';').map((each) => each.trim())) {
    const link = /^runbook: \[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    const as = /^as (.+)$/.exec(part)?.[1]?.split(/,\s*/) ?? [];
    if (part === 'tests') row = { ...row, isByTests: true };
    else if (link !== null) row = { ...row, runbook: { title: link[1] as string, target: link[2] as string } };
    else if (as.length > 0 && as.every((each) => ID.test(each))) row = { ...row, as };
    else row = { ...row, unreadable: part };
  }
  return row;
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(document: string): Set<string> {
  const headings = document.matchAll(/^#{1,6} (.+)$/gm);
  return new Set([...headings].map(([, title = '']) => anchorOf(title)));
}

const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
