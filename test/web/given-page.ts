/** A page of the dashboard as a browser gets it, and what holds for every one. */
import { expect } from 'vitest';
import type { GivenApp } from './given-app.ts';

export type PageInit = Parameters<GivenApp['request']>[1];

export async function openPage(given: GivenApp, path: string, init: PageInit = {}) {
  const response = await given.request(path, init);
  return { response, status: response.status, html: await response.text() };
}

/** The content security policy would stop these; no page may need it to. */
export function expectNoInlineCode(html: string) {
  expect(html).not.toMatch(/<script(?![^>]*\bsrc="\/static\/)/);
  expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:[^a]/i);
}
