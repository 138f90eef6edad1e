/** Whether R2 works, shown by a probe that is written, read and deleted again. It holds nothing of anybody. */

const PROBE = 'probe';

export interface ProbeResult {
  readonly ok: boolean;
  /** Which step failed. */
  readonly code: 'not_written' | 'not_read' | 'not_the_same' | 'not_deleted' | null;
}

export async function probeBucket(bucket: R2Bucket, prefix: string): Promise<ProbeResult> {
  const key = `${prefix}${crypto.randomUUID()}`;
  let code: NonNullable<ProbeResult['code']> = 'not_written';
  try {
    await bucket.put(key, PROBE);
    code = 'not_read';
    const object = await bucket.get(key);
    const isSame = (await object?.text()) === PROBE;
    code = 'not_deleted';
    await bucket.delete(key);
    return isSame ? { ok: true, code: null } : { ok: false, code: 'not_the_same' };
  } catch {
    return { ok: false, code };
  }
}
