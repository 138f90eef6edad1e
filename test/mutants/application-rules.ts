/** Faults for single rules of application security, by the id each would break. */
import type { WrittenMutant } from './mutant.ts';

const web = (name: string): string => `src/web/${name}.ts`;
const webTest = (name: string): string => `test/web/${name}.test.ts`;

export const APPLICATION_RULES: readonly WrittenMutant[] = [
  {
    ...{ id: 'commands-have-no-id', file: 'src/telnyx/client.ts', ids: ['SE-03'] },
    ...{ find: 'const command_id = commandId(plan, command);', replace: "const command_id = '';" },
    killers: ['test/telnyx/client.test.ts'],
  },
  {
    ...{ id: 'webhooks-of-any-size', file: web('webhook'), ids: ['SE-05'], killers: [webTest('webhook')] },
    ...{ find: 'MAX_BYTES = 1024 * 1024', replace: 'MAX_BYTES = 1024 * 1024 * 1024' },
  },
  {
    ...{ id: 'initials-are-names', file: web('field-access'), ids: ['HS-18'] },
    ...{ find: "accessTo(holder, field) === 'full'", replace: "accessTo(holder, field) !== 'none'" },
    killers: [webTest('campaign-results'), webTest('downtime')],
  },
  {
    ...{
      id: 'the-front-desk-exports',
      file: web('field-access'),
      ids: ['SE-10'],
      killers: [webTest('patients-export')],
    },
    ...{ find: 'patient_export: clinical', replace: 'patient_export: frontDesk' },
  },
  {
    ...{ id: 'further-pages-leave-no-trace', file: web('export-list'), ids: ['HS-05'] },
    ...{ find: 'else if (patientIds.length > 0)', replace: 'else if (patientIds.length > 1e9)' },
    killers: [webTest('exports-stream')],
  },
  {
    ...{ id: 'files-of-calls-hold-whole-numbers', file: web('exported-calls'), ids: ['HS-18'] },
    ...{ find: 'maskNumber(phoneNumber)', replace: 'phoneNumber' },
    killers: [webTest('exports')],
  },
  {
    ...{ id: 'archives-hide-what-is-missing', file: web('export-zip'), ids: ['HS-19'] },
    ...{ find: 'missing.push(part);', replace: 'continue;' },
    killers: [webTest('patients-archive')],
  },
  {
    ...{ id: 'what-nobody-listed-is-open', file: web('app'), ids: ['SE-09'], killers: [webTest('default-deny')] },
    ...{ find: 'app.use(requireActor());', replace: "app.use('/api/*', requireActor());" },
  },
  {
    ...{ id: 'pages-may-be-framed', file: web('headers'), ids: ['SE-13'], killers: [webTest('answer-headers')] },
    ...{ find: `frameAncestors: ["'none'"]`, replace: `frameAncestors: ["'self'"]` },
  },
  {
    ...{ id: 'codes-are-html', file: 'src/web/dashboard/alerts-page.tsx', ids: ['SE-14'] },
    ...{ find: '<code>{code}</code>', replace: '<code dangerouslySetInnerHTML={{ __html: code }} />' },
    killers: [webTest('alerts')],
  },
  {
    ...{ id: 'names-are-sql', file: 'src/store/audit-events.ts', ids: ['SE-17'] },
    find: 'eq(auditEvents.actorName, actorName)',
    replace: `sql.raw("actor_name = '" + actorName + "'")`,
    killers: [{ file: webTest('sql-corpus'), name: 'in any parameter' }],
  },
  {
    ...{ id: 'keys-of-repeats-are-nothing', file: web('answer-once'), ids: ['SE-19'] },
    ...{ find: "method === 'GET' || !path", replace: "method !== 'GET' || !path", killers: [webTest('idempotency')] },
  },
  {
    ...{ id: 'programs-approve', file: web('command-campaign'), ids: ['SE-20'], killers: [webTest('campaigns')] },
    ...{ find: 'if (!isPerson(actor)) throw', replace: 'if (actor === null) throw' },
  },
  {
    ...{ id: 'errors-tell-all', file: web('errors'), ids: ['SE-21'], killers: [webTest('default-deny')] },
    ...{ find: "new Problem(500, 'internal')", replace: "new Problem(500, 'internal', { detail: String(thrown) })" },
  },
  {
    ...{ id: 'methods-are-not-named', file: web('route'), ids: ['SE-22'], killers: [webTest('default-deny')] },
    ...{ find: "{ headers: { Allow: allowed.join(', ') } }", replace: '{}' },
  },
  {
    ...{ id: 'workbooks-are-lists', file: web('read-list-file'), ids: ['SE-23'], killers: [webTest('imports')] },
    ...{ find: '=== byte)))', replace: '=== -1 - byte)))' },
  },
  {
    ...{ id: 'uploads-run-in-a-browser', file: web('headers'), ids: ['SE-25'], killers: [webTest('media')] },
    ...{ find: "frame-ancestors 'none'; sandbox", replace: "frame-ancestors 'none'" },
  },
  {
    ...{ id: 'secrets-are-shown', file: web('read-settings'), ids: ['SE-28'], killers: [webTest('config')] },
    ...{ find: 'value: show?.(config, given) ?? null', replace: 'value: show?.(config, given) ?? given' },
  },
  {
    ...{ id: 'workflows-may-write', file: 'test/tools/judge-workflow.ts', ids: ['SE-29'] },
    ...{
      find: "contents: ['read'],",
      replace: "contents: ['read', 'write'],",
      killers: ['test/tools/workflows.test.ts'],
    },
  },
  {
    ...{ id: 'sockets-are-not-looked-for', file: 'test/tools/media-sockets.ts', ids: ['SE-30'] },
    ...{ find: 'streaming_start|', replace: '', killers: ['test/tools/source-rules.test.ts'] },
  },
  {
    ...{ id: 'refused-webhooks-leave-nothing', file: web('webhook'), ids: ['SE-31'], killers: [webTest('log-lines')] },
    ...{ find: "log.warn('webhook.turned_away', { status, code, method: c.req.method });", replace: '' },
  },
];
