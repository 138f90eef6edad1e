/** GET /api/docs: the document of the API as pages, for whoever writes against it: all of it in lines, and each resource in full. */
import * as z from 'zod';
import { countAlerts } from '../../store/tasks.ts';
import { notFound } from '../errors.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { type Route, route } from '../route.ts';
import { ApiDocsPage, type ApiDocument, resourcePage } from './api-docs-page.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf } from './viewer.ts';

export const apiDocsRoutes = (document: () => OpenApiDocument): readonly Route[] => [
  route(
    {
      ...{ method: 'GET', path: '/api/docs', audit: 'page.api_docs', phi: false },
      roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'],
      summary: 'Read about this API as a page; about one resource in full',
      query: z.strictObject({ resource: z.string().max(64).optional() }),
      answers: { 200: null },
      types: ['text/html; charset=UTF-8'],
      refusals: [404],
    },
    async (ask) => {
      const { c, db, config, actor, query } = ask;
      const [shown, origin] = [document() as unknown as ApiDocument, new URL(c.req.url).origin];
      const resource = query.resource === undefined ? null : resourcePage(shown, origin, query.resource);
      if (query.resource !== undefined && resource === null) throw notFound();
      return c.html(
        page({
          title: resource === null ? 'API' : `API: ${resource.title}`,
          clinicName: config.clinic.name,
          viewer: viewerOf(actor),
          alerts: await countAlerts(db, MOST_ALERTS),
          givenUp: await givenUpFor(ask),
          current: 'api',
          children: resource === null ? <ApiDocsPage document={shown} origin={origin} /> : resource.content,
        }),
      );
    },
  ),
];
