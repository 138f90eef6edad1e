/** `Idempotency-Key`: what is sent twice is done once and answered the same, wherever the first try died. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweepJobs } from '../../src/outbox/sweep-jobs.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import {
  attempts,
  calls,
  campaigns,
  disclosures,
  idempotencyKeys,
  imports,
  media,
  patients,
} from '../../src/store/schema.ts';
import { createStaff, setStaffRoles } from '../../src/store/staff.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { nextNumber } from '../support/place-call.ts';
import { later, stopClock } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { CONSENT, givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  stopClock();
  given = givenApp();
  // The tests of a file share their database.
  for (const table of ['idempotency_keys', 'calls', 'attempts', 'patients', 'imports', 'staff'])
    await given.env.DB.exec(`delete from ${table}`);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
const JSON_TYPE = { 'Content-Type': 'application/json' };
const newKey = () => crypto.randomUUID();

const post = (path: string, body: unknown, key: string | null, token?: string) =>
  given.request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...JSON_TYPE, ...(key === null ? {} : { 'Idempotency-Key': key }) },
    ...(token === undefined ? {} : { token }),
  });
const callOrder = () => ({ phone_number: nextNumber(), consent: CONSENT });
const isReplay = (response: Response) => response.headers.get('Idempotent-Replayed') === 'true';
const keysIn = () => given.db.select().from(idempotencyKeys);

describe('a request that is sent again with its key (SE-19)', () => {
  it('is answered as the first time, and places no second call', async () => {
    const [order, key] = [callOrder(), newKey()];
    const first = await post('/api/calls', order, key);
    expect([first.status, isReplay(first)]).toEqual([201, false]);
    const call = await jsonOf(first);
    later(60_000);
    const again = await post('/api/calls', order, key);
    expect([again.status, isReplay(again), again.headers.get('Location')]).toEqual([
      201,
      true,
      `/api/calls/${call['call_id']}`,
    ]);
    expect([again.headers.get('Content-Type'), await jsonOf(again)]).toEqual(['application/json', call]);
    expect(given.enqueue).toHaveBeenCalledTimes(1);
    expect(await given.db.$count(attempts, eq(attempts.callId, String(call['call_id'])))).toBe(1);
  });

  it('is another request with another key, or without one', async () => {
    const order = callOrder();
    expect((await post('/api/calls', order, newKey())).status).toBe(201);
    for (const key of [newKey(), null]) {
      const response = await post('/api/calls', order, key);
      expect([response.status, (await jsonOf(response))['code']]).toEqual([409, 'already_reserved']);
    }
  });

  it('is refused with another body, another path or another query, and nothing is done', async () => {
    const key = newKey();
    await post('/api/calls', callOrder(), key);
    for (const [path, body] of [
      ['/api/calls', callOrder()],
      ['/api/patients', callOrder()],
      ['/api/suppressions', { phone_number: nextNumber(), reason: 'asked' }],
    ] as const) {
      const response = await post(path, body, key);
      expect([response.status, (await jsonOf(response))['code']]).toEqual([422, 'idempotency_key_reused']);
    }
    expect(await given.db.$count(calls)).toBe(1);
  });

  it('belongs to whoever sent it: another person may use the same key', async () => {
    const key = newKey();
    const clinician = await tokenOf(given, 'clinician');
    const mine = await jsonOf(await post('/api/patients', { phone_number: nextNumber() }, key));
    const theirs = await post('/api/patients', { phone_number: nextNumber() }, key, clinician);
    expect([theirs.status, isReplay(theirs)]).toEqual([201, false]);
    expect((await jsonOf(theirs))['patient_id']).not.toBe(mine['patient_id']);
  });

  it('has its refusal by the gate again, with the same decision', async () => {
    const [order, key] = [{ phone_number: nextNumber() }, newKey()];
    const first = await jsonOf(await post('/api/calls', order, key));
    expect(first).toMatchObject({ code: 'no_consent', decision_id: expect.stringMatching(/^dec_/) });
    const again = await post('/api/calls', order, key);
    expect([again.status, isReplay(again), again.headers.get('Content-Type')]).toEqual([
      409,
      true,
      'application/problem+json',
    ]);
    expect(await jsonOf(again)).toEqual(first);
  });

  it('may be put right after what was sent was wrong: nothing had been done', async () => {
    const key = newKey();
    expect((await post('/api/calls', { phone_number: '+1202' }, key)).status).toBe(422);
    expect((await post('/api/calls', { ...callOrder(), questionnaire: 'nothing' }, key)).status).toBe(422);
    const response = await post('/api/calls', callOrder(), key);
    expect([response.status, isReplay(response)]).toEqual([201, false]);
  });

  it('has an answer without a body again as well', async () => {
    const member = await jsonOf(await post('/api/staff', { email: 'new@clinic.example', roles: ['intake'] }, null));
    const remove = () =>
      given.request(`/api/staff/${member['staff_id']}`, {
        method: 'DELETE',
        headers: { 'Idempotency-Key': 'remove-1' },
      });
    expect((await remove()).status).toBe(204);
    const again = await remove();
    expect([again.status, isReplay(again), await again.text()]).toEqual([204, true, '']);
  });

  it('does nothing while it only reads, and a key that is none is refused', async () => {
    const key = newKey();
    expect((await given.request('/api/calls', { headers: { 'Idempotency-Key': key } })).status).toBe(200);
    expect(await keysIn()).toEqual([]);
    for (const bad of ['', ' ', 'x'.repeat(256), 'ä']) {
      const response = await post('/api/calls', callOrder(), bad).catch(() => null);
      if (response !== null)
        expect([response.status, (await jsonOf(response))['code']]).toEqual([400, 'bad_idempotency_key']);
    }
  });

  it('is asked for its role first: who lost it sees no answer again', async () => {
    const token = await tokenOf(given, 'clinician');
    const [order, key] = [callOrder(), newKey()];
    expect((await post('/api/calls', order, key, token)).status).toBe(201);
    await given.env.DB.exec('delete from staff');
    expect((await post('/api/calls', order, key, token)).status).toBe(403);
  });
});

describe('while the first try runs', () => {
  it('the second is told so and when to ask again, and the first is answered', async () => {
    const [order, key] = [callOrder(), newKey()];
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    given.isStopped.mockImplementationOnce(async () => {
      await held;
      return false;
    });
    const first = post('/api/calls', order, key);
    await vi.waitFor(() => expect(given.isStopped).toHaveBeenCalled());
    const second = await post('/api/calls', order, key);
    expect([second.status, second.headers.get('Retry-After'), (await jsonOf(second))['code']]).toEqual([
      409,
      '60',
      'in_progress',
    ]);
    goOn();
    expect((await first).status).toBe(201);
    expect(isReplay(await post('/api/calls', order, key))).toBe(true);
  });

  it('of many at once one does it (SE-19)', async () => {
    const [order, key] = [{ phone_number: nextNumber() }, newKey()];
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => post('/api/patients', order, key)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(0);
    expect(await given.db.$count(patients)).toBe(1);
  });

  it('a failure may be tried again at once, with the same key', async () => {
    const [order, key] = [callOrder(), newKey()];
    vi.spyOn(given.env.DB, 'batch').mockRejectedValueOnce(new Error('away'));
    expect((await post('/api/calls', order, key)).status).toBe(500);
    const response = await post('/api/calls', order, key);
    expect([response.status, isReplay(response)]).toEqual([201, false]);
  });
});

/** From its n-th statement on the database is gone for whoever asks; `before` or `after` that statement was carried out. */
function dyingDatabase(real: D1Database, at: number, when: 'before' | 'after'): D1Database {
  let count = 0;
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count < at) return work();
    if (count === at && when === 'after') await work();
    throw new Error('killed');
  };
  const METHODS = new Set(['all', 'raw', 'run', 'first']);
  const statements = new WeakMap<object, D1PreparedStatement>();
  const dying = (statement: D1PreparedStatement): D1PreparedStatement => {
    const proxy = new Proxy(statement, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        if (name === 'bind') return (...values: unknown[]) => dying(target.bind(...values));
        if (METHODS.has(String(name))) return (...given: unknown[]) => run(() => value.apply(target, given));
        return value.bind(target);
      },
    });
    statements.set(proxy, statement);
    return proxy;
  };
  return new Proxy(real, {
    get: (target, name) => {
      if (name === 'prepare') return (query: string) => dying(target.prepare(query));
      if (name === 'batch')
        return (list: D1PreparedStatement[]) => run(() => target.batch(list.map((one) => statements.get(one) ?? one)));
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

interface Sending {
  readonly again: () => Promise<Response>;
  readonly expectOnce: (answer: Response) => Promise<void>;
}

/**
 * Sends it to a worker that dies at each of its statements in turn, and tries again until it is answered. How many statements it took;
 * of one that waits as long as it takes only the first `most` are looked at.
 */
async function killedEverywhere(send: () => Sending | Promise<Sending>, most = 60): Promise<number> {
  const real = given.env.DB;
  const mutable = given.env as { DB: D1Database };
  for (let at = 1; at <= most; at += 1) {
    let isWhole = true;
    for (const when of ['before', 'after'] as const) {
      const { again, expectOnce } = await send();
      mutable.DB = dyingDatabase(real, at, when);
      const first = await again();
      mutable.DB = real;
      if (first.status >= 500) isWhole = false;
      let answer = await again();
      if (answer.status === 409) {
        expect([(await jsonOf(answer))['code'], Number(answer.headers.get('Retry-After')) > 50]).toEqual([
          'in_progress',
          true,
        ]);
        later(60_001);
        answer = await again();
      }
      expect(answer.status).toBe(201);
      await expectOnce(answer);
    }
    if (isWhole) return at;
  }
  return most;
}

describe('killed between any two lines', () => {
  it('a call is placed once, rung once, and answered', async () => {
    const lines = await killedEverywhere(() => {
      const [order, key] = [callOrder(), newKey()];
      return {
        again: () => post('/api/calls', order, key),
        expectOnce: async (answer) => {
          const call = await jsonOf(answer);
          const theirs = await given.db
            .select()
            .from(calls)
            .where(eq(calls.patientId, String(call['patient_id'])));
          expect(theirs.map(({ id }) => id)).toEqual([call['call_id']]);
          expect(await given.db.$count(attempts, eq(attempts.callId, String(call['call_id'])))).toBe(1);
          expect(call['phone_number']).toBe(order.phone_number);
        },
      };
    });
    expect(lines).toBeGreaterThan(6);
    expect(lines).toBeLessThan(60);
    // As many calls as numbers: nobody has two.
    expect(await given.db.$count(calls)).toBe(2 * lines);
  });

  it('a patient is made once', async () => {
    let names = 0;
    await killedEverywhere(() => {
      names += 1;
      const [order, key] = [{ phone_number: nextNumber(), external_id: `K-${names}`, consent: CONSENT }, newKey()];
      return {
        again: () => post('/api/patients', order, key),
        expectOnce: async (answer) => {
          const { patient_id, phone_number } = await jsonOf(answer);
          const rows = await given.db.select().from(patients).where(eq(patients.externalId, order.external_id));
          expect(rows.map(({ id }) => id)).toEqual([patient_id]);
          expect(phone_number).toBe(order.phone_number);
        },
      };
    });
  });

  it('a consent is recorded once', async () => {
    await killedEverywhere(async () => {
      const { patient_id } = await jsonOf(await post('/api/patients', { phone_number: nextNumber() }, null));
      const [path, key] = [`/api/patients/${patient_id}/consents`, newKey()];
      return {
        again: () => post(path, CONSENT, key),
        expectOnce: async (answer) => {
          const { consent_id } = await jsonOf(answer);
          const { items } = await jsonOf(await given.request(path));
          expect(items).toMatchObject([{ consent_id }]);
        },
      };
    });
  });

  it('an upload is stored once', async () => {
    const audio = givenMp3(1000) as Uint8Array<ArrayBuffer>;
    await killedEverywhere(() => {
      const key = newKey();
      const form = () => {
        const parts = new FormData();
        parts.append('name', key);
        parts.append('file', new File([audio], 'flu.mp3'));
        return parts;
      };
      const headers = { 'Idempotency-Key': key };
      return {
        again: () => given.request('/api/media', { method: 'POST', body: form(), headers }),
        expectOnce: async (answer) => {
          const { media_id } = await jsonOf(answer);
          const rows = await given.db.select().from(media).where(eq(media.name, key));
          expect(rows.map(({ id }) => id)).toEqual([media_id]);
          expect((await given.request(`/api/media/${media_id}/audio`)).status).toBe(200);
        },
      };
    });
  });

  it('a campaign is made once, and its list is read once', async () => {
    // The work behind it is done at once, so that nobody waits for it.
    const { DB, JOB_QUEUE } = given.env;
    const read = async () => void (await DB.exec("update campaigns set status = 'draft'"));
    vi.spyOn(JOB_QUEUE, 'sendBatch').mockImplementation(read as never);
    vi.spyOn(JOB_QUEUE, 'send').mockImplementation(read as never);
    await killedEverywhere(() => {
      const key = newKey();
      const contacts = [{ phone_number: nextNumber() }];
      const order = { name: `List ${key}`, purpose: 'intake', consent: CONSENT, contacts };
      return {
        again: () => post('/api/campaigns', order, key),
        expectOnce: async (answer) => {
          const made = await jsonOf(answer);
          const rows = await given.db.select().from(campaigns).where(eq(campaigns.name, order.name));
          expect(rows.map(({ id }) => id)).toEqual([made['campaign_id']]);
          const lists = await given.db
            .select()
            .from(imports)
            .where(eq(imports.campaignId, String(made['campaign_id'])));
          expect(lists.map(({ id }) => id)).toEqual([made['import_id']]);
        },
      };
    }, 9);
  });
});

describe('an upload', () => {
  const upload = (key: string, text: string, name = 'list.csv') => {
    const form = new FormData();
    form.append('reason', 'asked');
    form.append('file', new File([text], name, { type: 'text/csv' }));
    return given.request('/api/suppressions/import', {
      method: 'POST',
      body: form,
      headers: { 'Idempotency-Key': key },
    });
  };

  it('is the same with another boundary, and another with one byte changed', async () => {
    const key = newKey();
    const list = `phone\n${nextNumber()}\n`;
    const first = await upload(key, list);
    expect(first.status).toBe(202);
    const again = await upload(key, list);
    expect([again.status, isReplay(again), await jsonOf(again)]).toEqual([202, true, await jsonOf(first)]);
    expect(await given.db.$count(imports)).toBe(1);
    for (const response of [await upload(key, list.replace('phone', 'Phone')), await upload(key, list, 'other.csv')])
      expect([response.status, (await jsonOf(response))['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  it('is no upload where none is taken', async () => {
    const body = new FormData();
    body.append('file', new File(['x'], 'x.csv'));
    const headers = { 'Idempotency-Key': newKey() };
    expect((await given.request('/api/calls', { method: 'POST', body, headers })).status).toBe(415);
  });

  it('is checked as without a key: too long, no form, no file', async () => {
    const request = (body: string, type: string) =>
      given.request('/api/suppressions/import', {
        ...{ method: 'POST', body },
        headers: { 'Content-Type': type, 'Idempotency-Key': newKey() },
      });
    expect((await request('{}', 'application/json')).status).toBe(415);
    expect((await request('x', 'multipart/form-data; boundary=b')).status).toBe(400);
    expect((await request('--b--\r\n', 'multipart/form-data; boundary=b')).status).toBe(422);
  });
});

describe('what is kept', () => {
  it('says nothing in clear of the patient, of the key or of what was sent', async () => {
    const order = { ...callOrder(), phone_number: nextNumber() };
    await post('/api/calls', order, `call ${order.phone_number}`);
    const [row] = await keysIn();
    expect(row).toMatchObject({ status: 201, patientId: expect.stringMatching(/^pat_/) });
    const text = JSON.stringify(row);
    expect(text).not.toContain(order.phone_number.slice(2));
    expect(text).not.toContain('Front desk');
    expect(given.lines.join('\n')).not.toContain(order.phone_number.slice(2));
  });

  it('cannot be read once the patient is erased, in no copy of the database, and is not done again', async () => {
    const [order, key] = [{ phone_number: nextNumber(), first_name: 'Canary' }, newKey()];
    const patient = await jsonOf(await post('/api/patients', order, key));
    const id = String(patient['patient_id']);
    // A copy of the database of before: the key alone is gone.
    await given.config.keyRing.vault().erase(id, Date.now());
    const [before, after] = [await post('/api/patients', order, key), deletePatientRows(given.db, id, Date.now())];
    await after;
    for (const response of [before, await post('/api/patients', order, key)])
      expect([response.status, (await jsonOf(response))['code']]).toEqual([409, 'answer_gone']);
    expect(await given.db.$count(patients)).toBe(0);
    // The audit stays, with ids alone.
    const { audit_events: _, audit_subjects: _shown, ...others } = await dumpDatabase();
    expect(JSON.stringify(others)).not.toContain(id);
  });

  it('is under the key of whose call it is, where the answer itself names nobody', async () => {
    const { call, patient } = await givenCall(given);
    await given.request(`/api/patients/${patient.id}/flags`, {
      method: 'PUT',
      body: JSON.stringify({ flags: ['staff_only'] }),
      headers: { ...JSON_TYPE, 'Idempotency-Key': newKey() },
    });
    await post(`/api/calls/${call.id}/hangup`, {}, newKey());
    expect((await keysIn()).map(({ status, patientId }) => [status, patientId])).toContainEqual([200, patient.id]);
  });

  it.each(['json', 'html', 'zip'])('is no export, of whatever length: %s is taken once (HS-22)', async (format) => {
    const { patient } = await givenCall(given);
    const [path, key] = [`/api/patients/${patient.id}/export`, newKey()];
    const order = { purpose: 'legal', recipient: 'The county court', format };
    const first = await post(path, order, key);
    expect([first.status, (await first.arrayBuffer()).byteLength > 500]).toEqual([200, true]);
    expect(await keysIn()).toMatchObject([{ status: 200, sealed: null, patientId: null }]);
    const again = await post(path, order, key);
    expect([again.status, (await jsonOf(again))['code']]).toEqual([409, 'answer_gone']);
    expect(await given.db.$count(disclosures, eq(disclosures.patientId, patient.id))).toBe(1);
  });

  it('is kept for a day, then swept, and the key is free again', async () => {
    const [order, key] = [{ phone_number: nextNumber() }, newKey()];
    await post('/api/patients', order, key);
    later(24 * 3_600_000 - 1);
    await sweepJobs(given.env, Date.now());
    expect(await keysIn()).toHaveLength(1);
    expect(isReplay(await post('/api/patients', order, key))).toBe(true);
    later(2);
    // Also where the cron is late.
    const fresh = await post('/api/patients', order, key);
    expect([fresh.status, isReplay(fresh)]).toEqual([201, false]);
    later(24 * 3_600_000 + 1);
    await sweepJobs(given.env, Date.now());
    expect(await keysIn()).toEqual([]);
  });

  it('is found and read while the keys of the ring are changed', async () => {
    const [order, key] = [{ phone_number: nextNumber(), reason: 'asked' }, newKey()];
    expect((await post('/api/suppressions', order, key)).status).toBe(201);
    const old = given.env.PHI_KEYS;
    given = givenApp({ PHI_KEYS: `k2:${new Uint8Array(32).fill(9).toBase64()},${old}` });
    const again = await post('/api/suppressions', order, key);
    expect([again.status, isReplay(again)]).toEqual([201, true]);
    expect(await keysIn()).toHaveLength(1);
  });
});

describe('a third try, after a first that died behind its work and a second that failed before it looked', () => {
  /** As a try leaves its row that died before it could keep its answer. */
  const dieUnanswered = () =>
    given.env.DB.exec(
      'update idempotency_keys set status = null, sealed = null, content_type = null, location = null, lease_until = 0',
    );
  /** No statement about that table comes through. */
  async function withoutTable(table: string, work: () => Promise<Response>): Promise<number> {
    const prepare = given.env.DB.prepare.bind(given.env.DB);
    const failing = vi.spyOn(given.env.DB, 'prepare').mockImplementation((text) => {
      if (text.includes(`from "${table}"`)) throw new Error('away');
      return prepare(text);
    });
    const { status } = await work();
    failing.mockRestore();
    return status;
  }

  it('makes no second patient', async () => {
    const [order, key] = [{ phone_number: nextNumber() }, newKey()];
    const first = await jsonOf(await post('/api/patients', order, key));
    await dieUnanswered();
    expect(await withoutTable('patients', () => post('/api/patients', order, key))).toBe(500);
    const third = await post('/api/patients', order, key);
    expect([third.status, (await jsonOf(third))['patient_id']]).toEqual([201, first['patient_id']]);
    expect(await given.db.$count(patients)).toBe(1);
  });

  it('rings nobody again, also when the first call is over', async () => {
    const [order, key] = [callOrder(), newKey()];
    const first = await jsonOf(await post('/api/calls', order, key));
    await dieUnanswered();
    expect(await withoutTable('calls', () => post('/api/calls', order, key))).toBe(500);
    later(30 * 60_000);
    await given.db.update(attempts).set({ reservedNumber: null, reservedPatient: null, status: 'ended' });
    await given.db.update(calls).set({ status: 'no_answer' });
    const third = await post('/api/calls', order, key);
    expect([third.status, (await jsonOf(third))['call_id']]).toEqual([201, first['call_id']]);
    expect([await given.db.$count(calls), await given.db.$count(attempts)]).toEqual([1, 1]);
  });

  it('tells of one disclosure, and takes the copy along (HS-22)', async () => {
    const { patient } = await givenCall(given);
    const [path, key] = [`/api/patients/${patient.id}/export`, newKey()];
    const order = { purpose: 'legal', recipient: 'The county court' };
    await (await post(path, order, key)).text();
    await dieUnanswered();
    expect(await withoutTable('patients', () => post(path, order, key))).toBe(500);
    const third = await post(path, order, key);
    expect([third.status, (await jsonOf(third))['purpose']]).toEqual([200, 'legal']);
    expect(await given.db.$count(disclosures, eq(disclosures.patientId, patient.id))).toBe(1);
  });
});

it('an answer is not shown to somebody who has another role by now', async () => {
  const email = 'moved@role.example';
  const made = await createStaff(given.db, { email, roles: ['clinician'] }, Date.now());
  const token = await given.token({ email, sub: 'moved' });
  const [order, key] = [{ phone_number: nextNumber(), reason: 'asked at the desk' }, newKey()];
  expect(await (await post('/api/suppressions', order, key, token)).text()).toContain(order.reason);
  await setStaffRoles(given.db, made?.id ?? '', ['operator'], Date.now());
  const again = await post('/api/suppressions', order, key, token);
  expect(isReplay(again)).toBe(false);
  expect(await again.text()).not.toContain(order.reason);
});
