/** Beside a list: what it shows, narrowed down as it is, as a file. Posted, because what it is narrowed down by may name somebody. */
import type { Exported } from '../export-kinds.ts';

export const TAKE_PATH = '/dashboard/exports/take';

interface These {
  readonly what: Exported;
  /** By the names of the form on the page of exports; what is null was not chosen. */
  readonly filters: Readonly<Record<string, string | null>>;
}

export const ExportThese = ({ what, filters }: These) => (
  <form method="post" action={TAKE_PATH} class="export-these">
    <input type="hidden" name="what" value={what} />
    <input type="hidden" name="format" value="csv" />
    {Object.entries(filters).map(([name, value]) =>
      value === null || value === '' ? null : <input type="hidden" name={name} value={value} />,
    )}
    <button type="submit" class="plain" title="As CSV, for a spreadsheet. That you took it is on record.">
      Export these
    </button>
  </form>
);
