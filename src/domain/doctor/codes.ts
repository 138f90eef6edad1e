/**
 * Everything the doctor can find, by code: how bad it is, the exit code a program ends with, what it means, and what to do. Codes and
 * exit codes are for programs and are never given to another meaning. `{…}` in a remedy is filled in by whoever finds it.
 */

import { ALERT_CODES } from './alert-codes.ts';
import { RESTORE_CODES } from './restore-codes.ts';
import { SETUP_CODES } from './setup-codes.ts';
import { TELNYX_CODES } from './telnyx-codes.ts';

export interface CodeEntry {
  readonly level: 'warning' | 'fault';
  /** 0: good enough to go on. Every other number belongs to one code. */
  readonly exitCode: number;
  readonly meaning: string;
  readonly remedy: string;
}

export const CODES = {
  not_checked: {
    level: 'warning',
    exitCode: 3,
    meaning: 'A check could not be made, so nobody knows.',
    remedy:
      'Run the doctor again in a minute. If it stays, see to the other findings first, then to the service named here.',
  },

  key_missing: {
    level: 'fault',
    exitCode: 10,
    meaning: 'Patient data is sealed under a key that PHI_KEYS does not hold.',
    remedy:
      'Put the key “{key}” back into PHI_KEYS, behind the current one, and deploy. It can go when the rotation is done.',
  },
  key_wrong: {
    level: 'fault',
    exitCode: 11,
    meaning: 'A key in PHI_KEYS has other bytes than the one that sealed patient data.',
    remedy: 'Set “{key}” in PHI_KEYS to the bytes it had, and give a new key a new id.',
  },
  rotation_stopped: {
    level: 'fault',
    exitCode: 12,
    meaning: 'Bringing everything under the current key was given up.',
    remedy: 'See to the other findings about keys, then send the rotation again under “Background work”.',
  },
  rotation_running: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Data is being brought under the current key.',
    remedy:
      'Nothing to do: the rotation goes on by itself. Keep the older key in PHI_KEYS until this is gone, and a day longer.',
  },
  dead_letters: {
    level: 'fault',
    exitCode: 13,
    meaning: 'Background work was given up after its last try.',
    remedy: 'See “Background work” for why, mend it, and send them again.',
  },

  ...TELNYX_CODES,

  public_key_malformed: {
    level: 'fault',
    exitCode: 40,
    meaning: 'TELNYX_PUBLIC_KEY is no Ed25519 key: every webhook is refused.',
    remedy: 'Copy the public key from the Telnyx portal (API keys, Public key) into TELNYX_PUBLIC_KEY.',
  },
  webhook_unreachable: {
    level: 'fault',
    exitCode: 41,
    meaning: 'Nothing of this installation answers under PUBLIC_URL.',
    remedy:
      'Check that PUBLIC_URL is the address of this worker, that its domain is attached to it, and that its certificate is valid.',
  },
  webhook_behind_access: {
    level: 'fault',
    exitCode: 42,
    meaning: 'Cloudflare Access stands before the webhook address and turns Telnyx away.',
    remedy:
      'Make a second Access application for {host}/webhooks/* with a Bypass policy for everyone: the signature is the gate there.',
  },
  webhook_open: {
    level: 'fault',
    exitCode: 43,
    meaning: 'The webhook address took a message that nobody signed.',
    remedy: 'PUBLIC_URL leads to something that checks no signatures. Point it at this worker.',
  },
  webhook_not_ours: {
    level: 'fault',
    exitCode: 44,
    meaning: 'Something else than this worker answers at the webhook address.',
    remedy:
      'Check that PUBLIC_URL is the address of this worker, and that no other route, redirect or firewall rule takes {host}/webhooks/telnyx.',
  },
  media_behind_access: {
    level: 'fault',
    exitCode: 45,
    meaning: 'Cloudflare Access stands before the audio that Telnyx fetches: recorded messages stay silent.',
    remedy:
      'Add {host}/media/* to the Access application with the Bypass policy: each address there carries its own signature.',
  },
  health_behind_access: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Cloudflare Access stands before the health address: a monitor sees the sign-in page instead.',
    remedy:
      'Add {host}/healthz to the Access application with the Bypass policy. It tells nothing but that the worker runs.',
  },
  webhook_signature_refused: {
    level: 'fault',
    exitCode: 46,
    meaning: 'Webhooks come, and their signature does not fit TELNYX_PUBLIC_KEY or the clock.',
    remedy:
      'Copy the public key of the account that owns TELNYX_API_KEY into TELNYX_PUBLIC_KEY. Telnyx has one key for each account.',
  },
  webhook_deliveries_failing: {
    level: 'fault',
    exitCode: 47,
    meaning: 'Telnyx reports that it cannot deliver webhooks to this installation.',
    remedy:
      'See to the other findings about webhooks. The Telnyx portal shows each attempt under “Webhook deliveries”.',
  },
  webhook_unproven: {
    level: 'warning',
    exitCode: 0,
    meaning: 'No signed webhook has come yet, so nothing proves that they can.',
    remedy: 'Ring one of your own numbers with “Call a patient” or a test call, then run the doctor again.',
  },

  access_keys_unreachable: {
    level: 'fault',
    exitCode: 50,
    meaning: 'The signing keys of Cloudflare Access cannot be fetched: soon nobody can sign in.',
    remedy: 'Check ACCESS_TEAM_DOMAIN: https://<team>.cloudflareaccess.com, without anything behind it.',
  },
  no_person_is_admin: {
    level: 'warning',
    exitCode: 0,
    meaning: 'ADMIN_EMAILS names no person, only service tokens.',
    remedy:
      'Add the e-mail address of an administrator to ADMIN_EMAILS, or nobody can mend roles when the staff list is wrong.',
  },
  admin_malformed: {
    level: 'fault',
    exitCode: 51,
    meaning: 'An entry of ADMIN_EMAILS is neither an e-mail address nor the client id of a service token.',
    remedy: 'Write ADMIN_EMAILS as a list with commas: addresses of people, and client ids that end in “.access”.',
  },

  binding_missing: {
    level: 'fault',
    exitCode: 60,
    meaning: 'The deployment lacks a binding.',
    remedy: 'Compare wrangler.toml with the one of this version, and deploy again with “npm run deploy”.',
  },
  database_failed: {
    level: 'fault',
    exitCode: 61,
    meaning: 'The database does not answer.',
    remedy: 'Check the D1 binding “DB” and its database_id in wrangler.toml, and cloudflarestatus.com.',
  },
  migrations_missing: {
    level: 'fault',
    exitCode: 62,
    meaning: 'The database lacks changes that this version needs.',
    remedy: 'Apply them: “npm run deploy” does, or “npx wrangler d1 migrations apply DB --remote --env production”.',
  },
  migrations_newer: {
    level: 'warning',
    exitCode: 0,
    meaning: 'The database was changed by a newer version than the one that runs.',
    remedy: 'Deploy the newer version again, unless you went back on purpose.',
  },
  ...RESTORE_CODES,
  storage_failed: {
    level: 'fault',
    exitCode: 63,
    meaning: 'The bucket for recordings does not take, keep or give back what is written.',
    remedy: 'Check the R2 binding “BUCKET” and bucket_name in wrangler.toml, and cloudflarestatus.com.',
  },
  objects_failed: {
    level: 'fault',
    exitCode: 64,
    meaning: 'A Durable Object does not answer: calls cannot run.',
    remedy: 'Check the durable_objects and migrations of wrangler.toml, and cloudflarestatus.com.',
  },
  assets_failed: {
    level: 'fault',
    exitCode: 65,
    meaning: 'The files of the dashboard are missing from the deployment.',
    remedy: 'Check [assets] in wrangler.toml, and deploy again with “npm run deploy”.',
  },
  cron_silent: {
    level: 'fault',
    exitCode: 66,
    meaning: 'The cron does not run: what was lost or late is not taken up again.',
    remedy: 'Wait two minutes after a first deployment. Then check [triggers] in wrangler.toml: crons = ["* * * * *"].',
  },
  cron_failed: {
    level: 'fault',
    exitCode: 69,
    meaning: 'The cron runs, and what it does fails.',
    remedy: 'See to the other findings, then look for “sweep.failed” in the logs of the worker.',
  },
  dial_queue_silent: {
    level: 'fault',
    exitCode: 67,
    meaning: 'What is put into the dial queue does not come out: nobody is rung.',
    remedy:
      'Check the consumers of the queue “dial” in wrangler.toml, and in the Cloudflare dashboard that it is not paused.',
  },
  job_queue_silent: {
    level: 'fault',
    exitCode: 68,
    meaning: 'What is put into the job queue does not come out: recordings, imports and erasures wait.',
    remedy:
      'Check the consumers of the queue “jobs” in wrangler.toml, and in the Cloudflare dashboard that it is not paused.',
  },

  ...ALERT_CODES,
  ...SETUP_CODES,
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type FindingCode = keyof typeof CODES;
