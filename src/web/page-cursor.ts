/** Where a list goes on, as text: the time the list is ordered by and the id of the last item already seen. */
import * as z from 'zod';

export interface PageCursor {
  readonly at: number;
  readonly id: string;
}

/** Of the kind the list holds; any other would be an empty or a whole list, silently. */
export const pageCursor = (kind: string) =>
  z
    .string()
    .regex(new RegExp(`^\\d{1,15}\\.${kind}_[0-9a-f-]{36,64}$`), 'Not a cursor of this list.')
    .transform((text): PageCursor => {
      const [at = '', id = ''] = text.split('.');
      return { at: Number(at), id };
    });

export const cursorText = (cursor: PageCursor | null): string | null =>
  cursor === null ? null : `${cursor.at}.${cursor.id}`;
