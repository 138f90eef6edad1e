/**
 * What holds for every page of the dashboard, in a real browser over a filled clinic: no accessibility violation (axe) in either theme,
 * no sideways scroll on a telephone, at most 60 kB over the wire, nothing from elsewhere, no complaint in the console, and a policy
 * that allows no inline code.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, BrowserContext, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personas } from '../../src/simulator/personas.ts';
import { launchBrowser } from '../support/browser.ts';
import { dashboardPages } from '../tools/dashboard-pages.ts';
import { campaignPeople, type FilledClinic, fillClinic } from '../tools/filled-clinic.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const MOST_BYTES = 60_000;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 812 };
/** Of those axe asks by itself, all that look at colours. */
const COLOUR_RULES: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };
const stateFolder = mkdtempSync(path.join(tmpdir(), 'every-page-'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let stack: LocalStack;
let browser: Browser;
let clinic: FilledClinic;
let context: BrowserContext;
const seen: Seen[] = [];

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startLocalStack({
      ...{ keep: false, stateFolder, ports: stackPorts(PORTS.everyPage) },
      engine: { personas: [...personas, ...campaignPeople] },
    }),
    launchBrowser(),
  ]);
  clinic = await fillClinic(stack);
  context = await signedIn();
  for (const { name, path: address } of dashboardPages(clinic)) seen.push(await look(context, name, address));
}, 480_000);
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
});

/** What was seen of one page, by what it is about; empty where nothing is wrong. */
interface Seen {
  readonly name: string;
  readonly status: number | undefined;
  readonly policy: string;
  readonly origins: readonly string[];
  readonly bytes: number;
  readonly complaints: readonly string[];
  readonly light: readonly string[];
  readonly dark: readonly string[];
  readonly phone: readonly string[];
  readonly phoneWidth: number;
}

async function signedIn(): Promise<BrowserContext> {
  // Colours that are still on their way from one theme to the other are nobody's.
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${stack.access.url}/dashboard`);
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  await page.waitForURL('**/dashboard/today');
  await page.close();
  return context;
}

/** Opened once, then looked at in both themes and at both widths. */
async function look(context: BrowserContext, name: string, address: string): Promise<Seen> {
  const page = await context.newPage();
  const responses: Response[] = [];
  const complaints: string[] = [];
  page.on('response', (response) => responses.push(response));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const answer = await page.goto(`${stack.access.url}${address}`, { waitUntil: 'load' });
  // What the page asks for at once is part of it.
  await page.waitForResponse((response) => response.url().includes('/fragments/dialing'));
  const shown = [...responses];
  const bytes = await weigh(shown);
  await putAxeIn(page);
  const light = await violations(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  // Only colours differ: all other rules have just been looked at in the same page.
  const dark = await violations(page, COLOUR_RULES);
  await page.setViewportSize(PHONE);
  const phoneWidth = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  const phone = await violations(page);
  const status = answer?.status();
  await page.close();
  return {
    ...{ name, status, bytes, light, dark, phone, phoneWidth },
    policy: answer?.headers()['content-security-policy'] ?? '',
    origins: [...new Set(shown.map((response) => new URL(response.url()).origin))],
    // That there is nothing at an address is the browser's own line.
    complaints: complaints.filter((text) => !(status === 404 && text.includes('404'))),
  };
}

/** As Cloudflare sends it: text is compressed. Audio is fetched by whoever plays it, and is not the page. */
async function weigh(responses: readonly Response[]): Promise<number> {
  const sizes = responses.map(async (response) => {
    const type = response.headers()['content-type'] ?? '';
    if (type.startsWith('audio/') || response.status() === 304) return 0;
    return gzipSync(await response.body()).byteLength;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The policy of the page lets nothing in, so it goes in past it. */
async function putAxeIn(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
}

async function violations(page: Page, some: Pick<RunOptions, 'runOnly'> = {}): Promise<string[]> {
  const options: RunOptions = { resultTypes: ['violations'], ...some };
  const results = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults;
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Only the pages where there is something. */
const found = <T>(of: (page: Seen) => readonly T[]) =>
  seen.flatMap((page) => of(page).map((what) => `${page.name}: ${String(what)}`));

describe('every page', () => {
  it('is there', () => {
    expect(seen.filter(({ name, status }) => status !== (name === 'nothing-here' ? 404 : 200))).toEqual([]);
    expect(seen.length).toBe(dashboardPages(clinic).length);
  });

  it('weighs at most 60 kB, compressed', () => {
    expect(found(({ bytes }) => (bytes > MOST_BYTES ? [bytes] : []))).toEqual([]);
    // The measure measures: styles and scripts alone are more than half of it.
    expect(Math.min(...seen.map(({ bytes }) => bytes))).toBeGreaterThan(MOST_BYTES / 2);
  });

  it('asks nobody else, and complains of nothing (LG-10)', () => {
    const own = new URL(stack.access.url).origin;
    expect(found(({ origins }) => origins.filter((origin) => origin !== own))).toEqual([]);
    expect(found(({ complaints }) => complaints)).toEqual([]);
  });

  it('allows no inline code (SE-13)', () => {
    for (const { policy } of seen) {
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  it('has no accessibility violation, light or dark', () => {
    expect(found(({ light }) => light)).toEqual([]);
    expect(found(({ dark }) => dark)).toEqual([]);
  });

  it('fits a telephone without a sideways scroll, and breaks no rule there', () => {
    expect(found(({ phoneWidth }) => (phoneWidth > PHONE.width ? [`${phoneWidth} px`] : []))).toEqual([]);
    expect(found(({ phone }) => phone)).toEqual([]);
  });
});

it('a planted picture without words is a violation, and dark words on dark are: the rules are looked at', async () => {
  const page = await context.newPage();
  await page.goto(`${stack.access.url}/dashboard/tasks`);
  await page.evaluate('document.querySelector("main").append(document.createElement("img"))');
  await putAxeIn(page);
  expect((await violations(page)).some((text) => text.startsWith('image-alt'))).toBe(true);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate('document.querySelector("main h1").style.color = "#222"');
  expect((await violations(page, COLOUR_RULES)).some((text) => text.startsWith('color-contrast'))).toBe(true);
  await page.close();
});

it('the frame can be walked by keyboard alone, past it or through it', async () => {
  const page = await context.newPage();
  await page.goto(`${stack.access.url}/dashboard/today`);
  const focused = () => page.evaluate('document.activeElement?.textContent?.trim() ?? ""') as Promise<string>;
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to content');
  const passed: string[] = [];
  for (let times = 0; times < 25; times += 1) {
    await page.keyboard.press('Tab');
    passed.push(await focused());
  }
  for (const name of ['Stop all dialing', 'Call a patient', 'Today', 'Calls', 'Campaigns', 'Audit'])
    expect(passed).toContain(name);
  await page.goto(`${stack.access.url}/dashboard/today`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement?.id')).toBe('main');
  await page.close();
});
