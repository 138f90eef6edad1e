/** GET /api/openapi.json: the document of the API, for programs and for whoever makes a client of it. */
import * as z from 'zod';
import { type OpenApiDocument, openApiDocument } from '../openapi.ts';
import { type Route, route } from '../route.ts';

/** Made at the first question: a start of the worker does not wait for it. */
export const openApiRoutes = (routes: () => readonly Route[]): readonly Route[] => {
  let document: OpenApiDocument | undefined;
  return [
    route(
      {
        ...{ method: 'GET', path: '/api/openapi.json', audit: 'openapi.read', phi: false },
        roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'],
        summary: 'Read this document',
        answers: { 200: z.record(z.string(), z.unknown()) },
      },
      ({ c }) => {
        document ??= openApiDocument(routes());
        return c.json(document);
      },
    ),
  ];
};
