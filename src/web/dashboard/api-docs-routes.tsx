/** GET /api/docs: the document of the API as a page, for whoever writes against it. */
import { countAlerts } from '../../store/tasks.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { type Route, route } from '../route.ts';
import { ApiDocsPage, type ApiDocument } from './api-docs-page.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf } from './viewer.ts';

export const apiDocsRoutes = (document: () => OpenApiDocument): readonly Route[] => [
  route(
    {
      ...{ method: 'GET', path: '/api/docs', audit: 'page.api_docs', phi: false },
      roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'],
      summary: 'Read about this API as a page',
      answers: { 200: null },
      types: ['text/html; charset=UTF-8'],
    },
    async (ask) => {
      const { c, db, config, actor } = ask;
      return c.html(
        page({
          title: 'API',
          clinicName: config.clinic.name,
          viewer: viewerOf(actor),
          alerts: await countAlerts(db, MOST_ALERTS),
          givenUp: await givenUpFor(ask),
          current: 'api',
          children: <ApiDocsPage document={document() as unknown as ApiDocument} origin={new URL(c.req.url).origin} />,
        }),
      );
    },
  ),
];
