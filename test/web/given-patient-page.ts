/** Patients as their pages are asked for, and forms as a browser sends them. */

import { nextNumber } from '../support/place-call.ts';
import type { GivenApp } from './given-app.ts';
import { openPage, type PageInit } from './given-page.ts';

export function submitForm(given: GivenApp, path: string, fields: Record<string, string>, init: PageInit = {}) {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...init.headers };
  return openPage(given, path, { ...init, method: 'POST', body: new URLSearchParams(fields).toString(), headers });
}

export interface OnFile {
  readonly id: string;
  readonly path: string;
  readonly number: string;
}
export async function givenOnFile(given: GivenApp, body: Record<string, unknown> = {}): Promise<OnFile> {
  const number = nextNumber();
  const created = await given.send('POST', '/api/patients', { phone_number: number, ...body });
  const { patient_id: id } = (await created.json()) as { patient_id: string };
  return { id, path: `/dashboard/patients/${id}`, number };
}

export const SOMEBODY = {
  ...{ first_name: 'Zephyrine', last_name: 'Quimbleton', date_of_birth: '1947-03-19', external_id: 'MRN-9' },
};
/** What of them no page shows unasked. */
export const PERSONAL = /Zephyrine|Quimbleton|1947/;
