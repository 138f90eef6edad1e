/** The D1 database behind drizzle. Its only transaction is `batch`: what must stand together is written together. */
import { drizzle } from 'drizzle-orm/d1';

export type Database = ReturnType<typeof database>;

export const database = (env: { readonly DB: D1Database }) => drizzle(env.DB);
