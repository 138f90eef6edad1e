/** How this installation is set up, in plain words. Read only: settings are changed where they are deployed. */
import type { ShownGroup, ShownSetting } from '../read-settings.ts';
import type { SettingGroup } from '../settings-table.ts';

const GROUP_LABELS: Readonly<Record<SettingGroup, string>> = {
  telnyx: 'Telnyx',
  clinic: 'Clinic',
  people: 'People',
  policy: 'Policy',
  data: 'Data',
};

export const Configuration = ({ groups }: { groups: readonly ShownGroup[] }) => (
  <>
    <p class="quiet settings-lead">
      These are read when the worker is deployed and cannot be changed here. Secrets are set with{' '}
      <code>npx wrangler secret put NAME --env production</code>, all else under <code>[env.production.vars]</code> in{' '}
      <code>wrangler.toml</code>. A fingerprint is the same for the same secret and tells nothing of it.
    </p>
    {groups.map(({ group, settings }) => (
      <section aria-labelledby={`group-${group}`}>
        <h2 id={`group-${group}`}>{GROUP_LABELS[group]}</h2>
        <dl class="settings">
          {settings.map((setting) => (
            <div class="setting" id={`setting-${setting.name}`}>
              <dt>
                <code>{setting.name}</code>
                <small>{setting.meaning}</small>
              </dt>
              <dd>
                <Value {...setting} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
    ))}
  </>
);

const Value = ({ isSecret, isSet, value, fingerprint }: ShownSetting) => {
  if (isSecret)
    return isSet ? (
      <>
        Set <small>{`secret, fingerprint ${fingerprint}`}</small>
      </>
    ) : (
      <span class="absent">Not set</span>
    );
  if (value === null) return <span class="absent">Not set</span>;
  return (
    <>
      {value} {isSet ? null : <small>default</small>}
    </>
  );
};
