/** The weekly look through the audit (HS-10): what was planted is shown, a week is signed by a named person, and what waits too long is red. */
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { signWeek, weekSignatures } from '../../src/store/audit-reviews.ts';
import { isRotationDue, resealRemarks } from '../../src/store/rotation.ts';
import { auditEvents, auditReviews } from '../../src/store/schema.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { addLines } from '../support/given-audit.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const DAY_MS = 24 * 3_600_000;
/** At the clinic, where it may still be Sunday. */
function mondayOf(at: number): string {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(at);
  const days = (new Date(day).getUTCDay() + 6) % 7;
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}
const weeksAgo = (weeks: number) => mondayOf(Date.now() - weeks * 7 * DAY_MS);
/** Wednesday of that week, noon UTC. */
const inWeek = (monday: string) => Date.parse(monday) + 2.5 * DAY_MS;

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());
beforeAll(async () => {
  const eve = { actorName: 'eve@clinic.example', shown: null, patientId: null };
  await addLines(
    { ...eve, at: inWeek(weeksAgo(4)) },
    // Three at night in New York.
    { ...eve, at: Date.parse(weeksAgo(1)) + 2 * DAY_MS + 8 * 3_600_000, action: 'patient.export' },
    ...Array.from({ length: 12 }, () => ({ ...eve, at: inWeek(weeksAgo(1)), status: 403, code: 'forbidden' })),
  );
});

interface Week {
  readonly week: string;
  readonly status: string;
  readonly signatures: readonly { by: string; at: string; note: string | null }[];
  readonly figures: Record<string, number>;
  readonly findings: readonly { rule: string; actor_name: string; count: number }[];
}
const read = async (week: string) => (await (await given.request(`/api/audit/reviews/${week}`)).json()) as Week;
const list = async () => ((await (await given.request('/api/audit/reviews')).json()) as { items: Week[] }).items;

describe('/api/audit/reviews', () => {
  it('shows the anomalies that were planted, with who it was (HS-10)', async () => {
    const week = await read(weeksAgo(1));
    expect(week.findings).toEqual([
      expect.objectContaining({ rule: 'refused_burst', actor_name: 'eve@clinic.example', count: 12 }),
      expect.objectContaining({ rule: 'off_hours_export', actor_name: 'eve@clinic.example', count: 1 }),
    ]);
    expect(week.figures).toMatchObject({ lines: 13, people: 1, refused: 12, exports: 1 });
  });

  it('lists the weeks since the first line, and says which wait too long (HS-10)', async () => {
    const weeks = (await list()).map(({ week, status }) => [week, status]);
    expect(weeks).toHaveLength(5);
    expect(weeks[0]).toEqual([weeksAgo(0), 'running']);
    expect(weeks[1]).toEqual([weeksAgo(1), 'due']);
    expect(weeks[4]).toEqual([weeksAgo(4), 'overdue']);
  });

  it('is signed by a named person, with a remark, which is a line of the audit too (HS-10)', async () => {
    const token = await tokenOf(given, 'auditor');
    const path = `/api/audit/reviews/${weeksAgo(3)}`;
    const signed = await given.send('POST', path, { note: 'Asked Eve: a fire drill.' }, { token });
    expect(signed.status).toBe(201);
    const week = await read(weeksAgo(3));
    expect(week).toMatchObject({
      ...{ status: 'signed', signatures: [{ by: 'auditor@role.example', note: 'Asked Eve: a fire drill.' }] },
    });
    const [line] = await given.db.select().from(auditEvents).where(eq(auditEvents.action, 'audit_review.sign'));
    expect(line).toMatchObject({ actorName: 'auditor@role.example', objectId: weeksAgo(3), status: 201 });
    await given.send('POST', path, {});
    expect((await read(weeksAgo(3))).signatures).toHaveLength(2);
  });

  it('keeps the remark sealed: no word of it is in the database or in the log (HS-04, HS-10)', async () => {
    const path = `/api/audit/reviews/${weeksAgo(3)}`;
    expect((await given.send('POST', path, { note: 'Canaryremark about Eve.' })).status).toBe(201);
    expect((await read(weeksAgo(3))).signatures.at(-1)).toMatchObject({ note: 'Canaryremark about Eve.' });
    expect(JSON.stringify(await dumpDatabase())).not.toContain('Canaryremark');
    expect(given.lines.join('\n')).not.toContain('Canaryremark');
  });

  it('seals a remark from before, which is read meanwhile, and changes nothing else of a signature (HS-04, T07)', async () => {
    const row = { id: 'awr_old', week: weeksAgo(3), signedBy: 's', signedByName: 'ann', signedAt: 1, figures: '{}' };
    await given.db.insert(auditReviews).values({ ...row, note: 'Canaryold remark' });
    const remark = async () => (await read(weeksAgo(3))).signatures.find(({ by }) => by === 'ann')?.note;
    expect(await remark()).toBe('Canaryold remark');
    expect(await isRotationDue(given.db, given.config.keyRing)).toBe(true);
    await resealRemarks(given.db, given.config.keyRing, '', 100);
    expect(await remark()).toBe('Canaryold remark');
    expect(JSON.stringify(await dumpDatabase())).not.toContain('Canaryold');
    expect(await isRotationDue(given.db, given.config.keyRing)).toBe(false);
    for (const change of ["note = 'x'", 'sealed = null', "week = 'x', note = null", "figures = 'x'", 'signed_at = 2'])
      await expect(given.db.run(sql.raw(`update audit_reviews set ${change} where id = 'awr_old'`))).rejects.toThrow();
    // One without a remark gets none.
    await given.db.insert(auditReviews).values({ ...row, id: 'awr_bare' });
    const add = sql.raw("update audit_reviews set sealed = 'x' where id = 'awr_bare'");
    await expect(given.db.run(add)).rejects.toThrow();
  });

  it('brings remarks under a new key, and says so of one that its keys do not open (HS-04)', async () => {
    const key = (byte: number) => new Uint8Array(32).fill(byte);
    const ring = { currentId: 'k8', keys: new Map([['k8', key(8)]]) };
    const both = { currentId: 'k9', keys: new Map([...ring.keys, ['k9', key(9)]]) };
    const week = { week: weeksAgo(2), actor: { id: 's', name: 'bob' }, figures: {} as never };
    await signWeek(given.db, ring, { ...week, id: 'awr_turn', note: 'Turn the keys' }, 1);
    expect((await resealRemarks(given.db, { ...both, keys: new Map([['k9', key(9)]]) }, 'awr_tur', 1)).stuck).toBe(1);
    expect((await resealRemarks(given.db, both, 'awr_tur', 1)).stuck).toBe(0);
    const only = { currentId: 'k9', keys: new Map([['k9', key(9)]]) };
    const found = await weekSignatures(given.db, only, [weeksAgo(2)]);
    expect(found.find(({ signedByName }) => signedByName === 'bob')).toMatchObject({ note: 'Turn the keys' });
  });

  it('keeps a signature as it is: it is never changed and never removed (T07)', async () => {
    await given.send('POST', `/api/audit/reviews/${weeksAgo(2)}`, {});
    await expect(given.db.run(sql`update audit_reviews set signed_by_name = 'x'`)).rejects.toThrow();
    await expect(given.db.run(sql`delete from audit_reviews`)).rejects.toThrow();
  });

  it('counts a record that was taken along among the whole records, by whatever way it went out (HS-10)', async () => {
    expect((await read(weeksAgo(1))).figures).toMatchObject({ exports: 1, reveals: 1 });
    const before = (await read(weeksAgo(0))).figures['reveals'] ?? 0;
    const { patient } = await givenCall(given);
    const path = `/patients/${patient.id}`;
    const wish = { purpose: 'access', format: 'html' };
    expect((await given.send('POST', `/api${path}/export`, wish)).status).toBe(200);
    expect((await given.request(`/api${path}/export`)).status).toBe(200);
    const form = { method: 'POST', body: new URLSearchParams(wish).toString() };
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const page = await given.request(`/dashboard${path}/rights/export`, { ...form, headers });
    expect(page.status).toBe(200);
    await page.text();
    expect((await read(weeksAgo(0))).figures['reveals']).toBe(before + 3);
  });

  it('knows no week from before the first line: nobody signs what was not there (HS-10)', async () => {
    const path = `/api/audit/reviews/${weeksAgo(5)}`;
    expect([(await given.request(path)).status, (await given.send('POST', path, {})).status]).toEqual([404, 404]);
    expect((await given.request(`/dashboard/audit/reviews/${weeksAgo(5)}`)).status).toBe(404);
  });

  it('refuses to sign a week that is not over, and knows no other days', async () => {
    const running = await given.send('POST', `/api/audit/reviews/${weeksAgo(0)}`, {});
    expect([running.status, ((await running.json()) as { code: string }).code]).toEqual([409, 'week_not_over']);
    for (const week of ['2026-11-24', weeksAgo(-1), 'x'])
      expect((await given.request(`/api/audit/reviews/${week}`)).status).toBe(404);
    expect((await given.send('POST', `/api/audit/reviews/${weeksAgo(1)}`, { note: 'a\u0000b' })).status).toBe(422);
  });

  it.each([
    ['admin', 200],
    ['auditor', 200],
    ['clinician', 403],
    ['intake', 403],
    ['operator', 403],
  ] as const)('answers %s with %i, on the pages too', async (role, status) => {
    const token = await tokenOf(given, role);
    for (const root of ['/api', '/dashboard'])
      for (const path of ['', `/${weeksAgo(1)}`])
        expect((await given.request(`${root}/audit/reviews${path}`, { token })).status).toBe(status);
  });
});

describe('the pages', () => {
  const form = (note: string) => ({
    ...{ method: 'POST', body: new URLSearchParams({ note }).toString() },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });

  it('show what waits in red, and lead from the audit to a week and to the lines of a finding', async () => {
    expect((await openPage(given, '/dashboard/audit')).html).toContain('href="/dashboard/audit/reviews"');
    const { html } = await openPage(given, '/dashboard/audit/reviews');
    expectNoInlineCode(html);
    expect(html).toMatch(/chip-bad">Overdue/);
    const week = await openPage(given, `/dashboard/audit/reviews/${weeksAgo(1)}`);
    expectNoInlineCode(week.html);
    expect(week.html).toContain('Many refusals in one hour');
    expect(week.html).toMatch(/href="\/dashboard\/audit\?who=eve%40clinic\.example&amp;day=\d{4}-\d{2}-\d{2}"/);
  });

  it('sign, escape the remark, and give back what was not taken', async () => {
    const path = `/dashboard/audit/reviews/${weeksAgo(1)}`;
    const refused = await openPage(given, path, form('x'.repeat(2001)));
    expect([refused.status, refused.html.includes('Not signed')]).toEqual([422, true]);
    const signed = await given.request(path, form('<img/src=x> all well'));
    expect([signed.status, signed.headers.get('Location')]).toEqual([303, path]);
    const { html } = await openPage(given, path);
    expect(html).toContain('&lt;img/src=x&gt; all well');
    expect(html).toMatch(/chip-good">Signed/);
    expect((await openPage(given, `/dashboard/audit/reviews/${weeksAgo(0)}`, form(''))).status).toBe(409);
  });

  it('say when there is nothing out of the ordinary', async () => {
    const { html } = await openPage(given, `/dashboard/audit/reviews/${weeksAgo(4)}`);
    expect(html).toContain('Nothing out of the ordinary.');
    expect(html).toContain('Nobody has signed this week.');
  });
});
