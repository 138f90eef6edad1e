/** What is wrong with the installation, on every page while it is (C77). */
import type { AlertKind } from '../../domain/alerts/alert-rules.ts';
import { alertText } from '../../domain/alerts/alert-texts.ts';

/** Its place in the frame of every page, empty while nothing is wrong; filled by what asks how dialing stands. */
export const AlertsBanner = ({ kinds, elsewhere = false }: { kinds: readonly AlertKind[]; elsewhere?: boolean }) => {
  const shared = { id: 'alerts-banner', ...(elsewhere ? { 'hx-swap-oob': 'true' } : {}) };
  const [first] = kinds;
  if (first === undefined) return <div {...shared} class="notice notice-bad" />;
  const others = new Set(kinds).size - 1;
  return (
    <div {...shared} class="notice notice-bad" data-news={`${alertText(first).name}.`}>
      <strong>{`${alertText(first).name}. `}</strong>
      {others === 0 ? '' : others === 1 ? 'One other thing is wrong. ' : `${others} other things are wrong. `}
      <a href="/dashboard/alerts?open=true">What to do</a>
    </div>
  );
};
