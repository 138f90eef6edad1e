/** Whether R2 works, shown by a probe that is written, read and deleted again. It holds nothing of anybody. */
import type { Env } from '../env.ts';

const PROBE = 'probe';

export interface StorageResult {
  readonly ok: boolean;
  /** Which step failed. */
  readonly code: 'not_written' | 'not_read' | 'not_the_same' | 'not_deleted' | null;
}

export async function testStorage({ BUCKET }: Pick<Env, 'BUCKET'>): Promise<StorageResult> {
  const key = `probes/${crypto.randomUUID()}`;
  let code: NonNullable<StorageResult['code']> = 'not_written';
  try {
    await BUCKET.put(key, PROBE);
    code = 'not_read';
    const object = await BUCKET.get(key);
    const isSame = (await object?.text()) === PROBE;
    code = 'not_deleted';
    await BUCKET.delete(key);
    return isSame ? { ok: true, code: null } : { ok: false, code: 'not_the_same' };
  } catch {
    return { ok: false, code };
  }
}
