/** /api/config: how this installation is set up, masked. Of a secret: whether it is set, and a fingerprint. */
import * as z from 'zod';
import { readSettings } from '../read-settings.ts';
import { type Route, route } from '../route.ts';
import { SETTING_GROUPS } from '../settings-table.ts';

const settingJson = z.strictObject({
  name: z.string(),
  meaning: z.string(),
  set: z.boolean(),
  secret: z.boolean(),
  value: z.string().nullable(),
  fingerprint: z.string().nullable(),
});
const configJson = z.strictObject({
  groups: z.array(z.strictObject({ group: z.enum(SETTING_GROUPS), settings: z.array(settingJson) })),
});

export const configRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/api/config',
      roles: ['admin', 'auditor'],
      audit: 'config.read',
      phi: false,
      summary: 'How this installation is set up, without its secrets',
      answers: { 200: configJson },
    },
    async ({ env, config, c }) => {
      const groups = await readSettings(env, config);
      const body: z.output<typeof configJson> = {
        groups: groups.map(({ group, settings }) => ({
          group,
          settings: settings.map(({ name, meaning, isSet, isSecret, value, fingerprint }) => ({
            ...{ name, meaning, set: isSet, secret: isSecret, value, fingerprint },
          })),
        })),
      };
      return c.json(body);
    },
  ),
];
