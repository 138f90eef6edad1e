/** /api/config: how an installation is set up, for who may see it; and no secret, nor a part of one, in any form. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ROLES } from '../../src/store/staff.ts';
import { SETTINGS } from '../../src/web/settings-table.ts';
import { ADMIN, givenApp, VARIABLES } from './given-app.ts';
import { tokenOf } from './given-role.ts';

afterEach(() => vi.restoreAllMocks());

interface Shown {
  readonly groups: readonly {
    readonly group: string;
    readonly settings: readonly {
      readonly name: string;
      readonly meaning: string;
      readonly set: boolean;
      readonly secret: boolean;
      readonly value: string | null;
      readonly fingerprint: string | null;
    }[];
  }[];
}
const read = async (given: ReturnType<typeof givenApp>): Promise<Shown> => (await given.request('/api/config')).json();
const setting = (shown: Shown, name: string) =>
  shown.groups.flatMap(({ settings }) => settings).find((each) => each.name === name);

const KEY = new Uint8Array(32).map((_, n) => 200 - n).toBase64();
const SECRETS = {
  TELNYX_API_KEY: ['KEY019C3F2A77B1D04E55667788', '99AABBCC_zQ8rT1'].join(''),
  PHI_KEYS: `k9:${KEY}`,
  ALERT_URL: 'https://hooks.example/services/T0ABCDE/B0FGHIJ?token=zQ9wXk41vB',
};

describe('GET /api/config', () => {
  it('shows every variable once, in its group, with what it means', async () => {
    const shown = await read(givenApp());
    expect(shown.groups.map(({ group }) => group)).toEqual(['telnyx', 'clinic', 'people', 'policy', 'data']);
    const names = shown.groups.flatMap(({ settings }) => settings.map(({ name }) => name));
    expect(names.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
    for (const { meaning } of shown.groups.flatMap(({ settings }) => settings)) expect(meaning).toMatch(/^.{15,}\.$/);
  });

  it('shows what holds, and whether somebody has set it', async () => {
    const shown = await read(givenApp());
    expect(setting(shown, 'CLINIC_NAME')).toMatchObject({ value: VARIABLES.CLINIC_NAME, set: true, secret: false });
    expect(setting(shown, 'MAX_LIVE_CALLS')).toMatchObject({ value: '3', set: true });
    expect(setting(shown, 'APPROVAL_OVER')).toMatchObject({ value: '200', set: false });
    expect(setting(shown, 'RECORDING_ORIGINS')).toMatchObject({ value: null, set: false });
    const unset = { STAFF_TRANSFER_NUMBER: '', STAFF_HOURS: '', ALERT_URL: '' } as Parameters<typeof givenApp>[0];
    const bare = await read(givenApp(unset));
    expect(setting(bare, 'STAFF_TRANSFER_NUMBER')).toMatchObject({ value: null, set: false });
    expect(setting(bare, 'STAFF_HOURS')).toMatchObject({ value: 'Mon-Fri 09:00-17:00', set: false });
    expect(setting(bare, 'ALERT_URL')).toMatchObject({ value: null, set: false, secret: true, fingerprint: null });
  });

  it('holds no secret and no part of one, whole, in pieces or encoded (SE-28, S2-V15, S1-C10, S2-E01)', async () => {
    const given = givenApp(SECRETS as Parameters<typeof givenApp>[0]);
    const text = await (await given.request('/api/config')).text();
    const inner = [SECRETS.TELNYX_API_KEY.slice(3), KEY, 'T0ABCDE/B0FGHIJ', 'zQ9wXk41vB'];
    const spelled = [
      ...inner,
      ...inner.map((secret) => btoa(secret)),
      ...inner.map((secret) => encodeURIComponent(secret)),
    ];
    spelled.push(Uint8Array.fromBase64(KEY).toHex());
    for (const secret of spelled) {
      for (let from = 0; from + 6 <= secret.length; from += 1)
        expect([secret, text.includes(secret.slice(from, from + 6))]).toEqual([secret, false]);
    }
    expect(given.lines.join('\n')).not.toContain(SECRETS.TELNYX_API_KEY.slice(3, 12));
  });

  it('tells one secret from another by its fingerprint, and the same from the same', async () => {
    const shown: Shown[] = [];
    for (const TELNYX_API_KEY of ['KEY_one', 'KEY_one', 'KEY_two'])
      shown.push(await read(givenApp({ TELNYX_API_KEY })));
    const [one, same, other] = shown;
    const print = (each: Shown | undefined) => each && setting(each, 'TELNYX_API_KEY')?.fingerprint;
    expect(print(one)).toMatch(/^[0-9a-f]{8}$/);
    expect(print(one)).toBe(print(same));
    expect(print(one)).not.toBe(print(other));
  });

  it('masks the administrators, and what an address of Telnyx could carry', async () => {
    const TELNYX_API_BASE = 'http://user:pass@127.0.0.1:8789/v2?key=abc';
    const shown = await read(givenApp({ TELNYX_API_BASE }));
    expect(setting(shown, 'ADMIN_EMAILS')?.value).toBe('a•••@clinic.example, •••cdef');
    expect(setting(shown, 'TELNYX_API_BASE')?.value).toBe('http://127.0.0.1:8789/v2');
    expect(JSON.stringify(shown)).not.toContain(ADMIN);
  });

  it.each(ROLES)('answers the role %s, if it is one that sees to the installation', async (role) => {
    const given = givenApp();
    const response = await given.request('/api/config', { token: await tokenOf(given, role) });
    expect(response.status).toBe(role === 'admin' || role === 'auditor' ? 200 : 403);
    expect(given.logged('audit')).toMatchObject([{ audit: 'config.read', phi: false, status: response.status }]);
  });
});
