/** Whoever is told that a note is there: a link and ids, signed, and nothing of anybody (HS-09). */
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, it } from 'vitest';
import { alertSink } from '../../src/outbox/alert-sink.ts';
import type { Handover } from '../../src/outbox/sink.ts';
import { givenReceiver, SECRET, takes } from '../support/given-delivery.ts';
import { restore } from '../support/worker-env.ts';

afterEach(restore);

const settings = { url: 'https://pager.example/notes', key: '', secret: SECRET };
const handover = (version: number) => {
  const intake_data = { call_id: 'call_1', version, hpi: { chief_complaint: { value: 'Canary' } } };
  return { call: { phone_number: '+12025550143' }, intake_data } as unknown as Handover;
};
const sink = alertSink(settings, 'https://intake.example');

it.each([
  [1, 'note.ready'],
  [2, 'note.corrected'],
])('version %i is told of as %s, with a link to its page and nothing else', async (version, type) => {
  const sent = givenReceiver(takes);
  expect(await sink.deliver('dlv_1', handover(version), Date.now())).toMatchObject({ kind: 'delivered' });
  expect(sent.map(({ url, id, body }) => [url, id, body])).toEqual([
    [settings.url, 'dlv_1', { type, call_id: 'call_1', version, url: 'https://intake.example/dashboard/calls/call_1' }],
  ]);
  const [one] = sent as [(typeof sent)[number]];
  expect(one.headers.has('Authorization')).toBe(false);
  expect(() => new Webhook(SECRET).verify(`${one.init.body} `, Object.fromEntries(one.headers))).toThrow();
});

it('asks nothing that only a Bundle could tell', async () => {
  givenReceiver(takes);
  const bundle = () => Promise.reject(new Error('nobody asks for it'));
  expect(await sink.deliver('dlv_1', { ...handover(1), bundle }, Date.now())).toMatchObject({ kind: 'delivered' });
});
