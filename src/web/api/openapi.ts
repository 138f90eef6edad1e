/** GET /api/openapi.json: the document of the API, for programs and for whoever makes a client of it. */
import * as z from 'zod';
import type { OpenApiDocument } from '../openapi.ts';
import { type Route, route } from '../route.ts';

export const openApiRoutes = (document: () => OpenApiDocument): readonly Route[] => [
  route(
    {
      ...{ method: 'GET', path: '/api/openapi.json', audit: 'openapi.read', phi: false },
      roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'],
      summary: 'Read this document (OpenAPI 3.1)',
      answers: { 200: z.record(z.string(), z.unknown()) },
    },
    ({ c }) => c.json(document()),
  ),
];
