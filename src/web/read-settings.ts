/** The settings of this installation as people may see them: masked, with a fingerprint to compare a secret by, and where each is set. */
import type { Config, Env, VariableName } from '../env.ts';
import { SETTING_GROUPS, SETTINGS, type SettingGroup } from './settings-table.ts';

export interface ShownSetting {
  readonly name: VariableName;
  readonly meaning: string;
  /** Somebody has set it; what is not set may hold a default all the same. */
  readonly isSet: boolean;
  readonly isSecret: boolean;
  /** Null: a secret, or nothing holds. */
  readonly value: string | null;
  /** Of a secret: the same for the same text, and nothing of it. */
  readonly fingerprint: string | null;
}
export interface ShownGroup {
  readonly group: SettingGroup;
  readonly settings: readonly ShownSetting[];
}

export async function readSettings(env: Env, config: Config): Promise<readonly ShownGroup[]> {
  const all = await Promise.all((Object.keys(SETTINGS) as VariableName[]).map((name) => shown(name, env, config)));
  return SETTING_GROUPS.map((group) => ({ group, settings: all.filter(({ name }) => SETTINGS[name].group === group) }));
}

async function shown(name: VariableName, env: Env, config: Config): Promise<ShownSetting> {
  const { meaning, show } = SETTINGS[name];
  const given = (env[name] ?? '').trim();
  const isSecret = show === undefined;
  return {
    ...{ name, meaning, isSecret, isSet: given !== '' },
    value: show?.(config, given) ?? null,
    fingerprint: isSecret && given !== '' ? await fingerprint(name, given) : null,
  };
}

/** Salted by its name, so that two variables with one text do not show it. */
async function fingerprint(name: string, secret: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${name}:${secret}`));
  return new Uint8Array(digest).toHex().slice(0, 8);
}
