/** Fields of what the API answers. Objects are strict: a field that is answered and not told of here fails the contract test. */
import * as z from 'zod';

/** ISO 8601, UTC. */
export const moment = z.iso.datetime();

export const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-f-]{36,64}$`));

export const count = z.int().min(0);

/** A decimal number as text, so that nothing of it is lost. */
export const money = z.strictObject({ amount: z.string(), currency: z.string() });

/** `next_cursor` is sent back as `cursor`; null: this was the last page. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next_cursor: z.string().nullable() });
