/** Faults for single rules of health privacy, by the id each would break. */
import type { WrittenMutant } from './mutant.ts';

const REQUESTS = {
  file: 'src/domain/retention/request-rules.ts',
  killers: ['test/domain/retention/request-rules.test.ts'],
} as const;
const RETENTION = {
  file: 'src/domain/retention/retention-policy.ts',
  killers: ['test/domain/retention/retention-policy.test.ts'],
} as const;

export const HEALTH_RULES: readonly WrittenMutant[] = [
  {
    ...{ id: 'an-emergency-lasts-a-day', file: 'src/store/emergency-accesses.ts', ids: ['HS-02'] },
    ...{ find: 'EMERGENCY_MS = 60 * 60_000', replace: 'EMERGENCY_MS = 24 * 60 * 60_000' },
    killers: ['test/web/emergency-access.test.ts'],
  },
  {
    ...{ id: 'damage-is-text', file: 'src/store/seal.ts', ids: ['HS-04'], killers: ['test/store/seal.test.ts'] },
    find: 'sealed.length - TAG_BYTES)));\n    decipher.final();\n    return bytes;\n  } catch (cause) {\n    throw notOpenable',
    replace: 'sealed.length - TAG_BYTES)));\n    return bytes;\n  } catch (cause) {\n    throw notOpenable',
  },
  {
    ...{ id: 'lines-follow-nothing', file: 'src/domain/audit/audit-row.ts', ids: ['HS-05'] },
    ...{ find: 'prevHash: head.hash', replace: 'prevHash: GENESIS_HASH', killers: ['test/audit/audit-log.test.ts'] },
  },
  {
    ...{ id: 'a-short-term-is-a-term', ids: ['HS-06'], ...RETENTION },
    ...{ find: 'if (!(days >= rule.minimumDays))', replace: 'if (rule.minimumDays < 0)' },
  },
  {
    ...{ id: 'damage-is-sound', file: 'src/store/seal.ts', ids: ['HS-07'] },
    find: 'decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)));\n    decipher.final();',
    replace: 'decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)));',
    killers: ['test/store/recording-bucket.test.ts'],
  },
  {
    ...{ id: 'numbers-in-addresses', file: 'src/telnyx/client.ts', ids: ['HS-09', 'SE-15'] },
    find: "const filter = { connection_id: settings.connectionId, type: 'webhook',",
    replace: "const filter = { to: plan.patientNumber, connection_id: settings.connectionId, type: 'webhook',",
    killers: ['test/telnyx/client.test.ts'],
  },
  {
    ...{ id: 'nobody-sees-too-many', file: 'src/domain/audit/week-rules.ts', ids: ['HS-10'] },
    ...{ find: 'from: 200 }', replace: 'from: 2000 }', killers: ['test/domain/audit/week-rules.test.ts'] },
  },
  {
    ...{ id: 'time-may-go-back', file: 'src/domain/campaign/database-marks.ts', ids: ['HS-12'] },
    ...{ find: 'read.tide < seen.tide ||', replace: '', killers: ['test/dialer/database-set-back.test.ts'] },
  },
  {
    ...{ id: 'any-vendor-hears-uploads', file: 'src/domain/transcription/transcription-setting.ts' },
    ...{ find: 'return facts.isLoopback || confirmed.includes(VENDORS[engine])', replace: 'return engine' },
    ...{ ids: ['HS-13', 'HS-14'], killers: ['test/domain/transcription/transcription-setting.test.ts'] },
  },
  {
    ...{ id: 'answers-after-31-days', ids: ['HS-19'], ...REQUESTS },
    ...{ find: 'access: { days: 30,', replace: 'access: { days: 31,' },
  },
  {
    ...{ id: 'amended-after-61-days', ids: ['HS-20'], ...REQUESTS },
    ...{ find: 'amendment: { days: 60,', replace: 'amendment: { days: 61,' },
  },
  {
    ...{ id: 'holds-hold-nothing', ids: ['HS-21'], ...RETENTION },
    ...{ find: "return held ? 'held' : 'due';", replace: "return 'due';" },
  },
  {
    ...{ id: 'accounted-after-61-days', ids: ['HS-22'], ...REQUESTS },
    ...{ find: 'accounting: { days: 60,', replace: 'accounting: { days: 61,' },
  },
  {
    ...{ id: 'who-saw-whom-until-today', file: 'src/store/audit-events.ts', ids: ['HS-23'] },
    find: 'lte(auditEvents.at, to),\n        sql`exists',
    replace: 'undefined,\n        sql`exists',
    killers: ['test/web/patient-accesses.test.ts'],
  },
  {
    ...{ id: 'browsers-keep-answers', file: 'src/web/headers.ts', ids: ['HS-25'] },
    ...{ find: "set('Cache-Control', 'no-store')", replace: "set('Cache-Control', 'private')" },
    killers: [{ file: 'test/web/campaign-results.test.ts', name: 'kept by nobody' }],
  },
  {
    ...{ id: 'people-are-not-looked-for', file: 'test/tools/find-people.ts', ids: ['HS-26'] },
    ...{ find: '!isFree(written) && ', replace: 'isFree(written) && ' },
    killers: [{ file: 'test/tools/scan-secrets.test.ts', name: 'HS-26' }],
  },
  {
    ...{ id: 'words-outlive-their-audio', file: 'src/store/retention.ts', ids: ['RC-09'] },
    ...{
      find: 'db.delete(recordingTranscripts).where(sql`$' + '{recordingTranscripts.callId} in ($' + '{due})`),',
      replace: '',
    },
    killers: [{ file: 'test/outbox/apply-retention.test.ts', name: 'RC-09' }],
  },
  {
    ...{ id: 'words-outlive-their-patient', file: 'src/store/erasure.ts', ids: ['HS-21'] },
    find: 'db.delete(recordingTranscripts).where(eq(recordingTranscripts.patientId, patientId)),',
    replace: '',
    killers: [{ file: 'test/outbox/erase-patient.test.ts', name: 'HS-21' }],
  },
];
