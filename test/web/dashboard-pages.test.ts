/** The pages that are looked at in a browser are all there are. */
import { expect, it } from 'vitest';
import { routes } from '../../src/web/routes.ts';
import { dashboardPages } from '../tools/dashboard-pages.ts';

/** No page of their own: they lead elsewhere, or are a part of one. */
const isPage = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method === 'GET' &&
  path.startsWith('/dashboard/') &&
  path !== '/dashboard/' &&
  !/^\/dashboard\/fragments\/|\/text$/.test(path);

it('every page of the dashboard is looked at in a real browser (S2-P1)', () => {
  const looked = new Set(
    dashboardPages({
      patientId: 'pat',
      callId: 'call',
      flaggedCallId: 'call',
      campaignId: 'cmp',
      transcriptionId: 'trn',
    }).map(({ route }) => route),
  );
  expect(
    routes
      .filter(isPage)
      .map(({ path }) => path)
      .filter((path) => !looked.has(path)),
  ).toEqual([]);
});
