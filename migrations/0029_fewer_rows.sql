-- A text key of a table with rowids is an index of its own, a row more for each that is written: tables of short rows go without. drizzle-kit
-- does not know of that, so the copies are written by hand.
DROP INDEX `calls_status`;--> statement-breakpoint
DROP INDEX `calls_review_status`;--> statement-breakpoint
DROP INDEX `calls_note`;--> statement-breakpoint
DROP INDEX `calls_noted`;--> statement-breakpoint
DROP INDEX `calls_note_patient`;--> statement-breakpoint
CREATE INDEX `calls_over` ON `calls` (`status`,`review`,`created_at`,`id`) WHERE status not in ('queued', 'dialing', 'ringing', 'in_progress');--> statement-breakpoint
CREATE INDEX `calls_live` ON `calls` (`created_at`,`id`) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX `consents_ended` ON `consents` (case when revoked_at is null then expires_at else revoked_at end) WHERE revoked_at is not null or expires_at is not null;--> statement-breakpoint
CREATE TABLE `__new_attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`status` text NOT NULL,
	`reserved_number` text,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	`campaign_id` text,
	`contact_id` text,
	`patient_id` text,
	`phone_hash` text,
	`reserved_patient` text,
	`counts` integer DEFAULT true NOT NULL,
	`dialed_at` integer,
	`answered_at` integer
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_attempts` (`id`, `call_id`, `status`, `reserved_number`, `created_at`, `ended_at`, `campaign_id`, `contact_id`, `patient_id`, `phone_hash`, `reserved_patient`, `counts`, `dialed_at`, `answered_at`) SELECT `id`, `call_id`, `status`, `reserved_number`, `created_at`, `ended_at`, `campaign_id`, `contact_id`, `patient_id`, `phone_hash`, `reserved_patient`, `counts`, `dialed_at`, `answered_at` FROM `attempts`;--> statement-breakpoint
DROP TABLE `attempts`;--> statement-breakpoint
ALTER TABLE `__new_attempts` RENAME TO `attempts`;--> statement-breakpoint
CREATE INDEX `attempts_call` ON `attempts` (`call_id`);--> statement-breakpoint
CREATE INDEX `attempts_contact` ON `attempts` (`contact_id`) WHERE contact_id is not null;--> statement-breakpoint
CREATE INDEX `attempts_number` ON `attempts` (`phone_hash`,`created_at`);--> statement-breakpoint
CREATE INDEX `attempts_patient` ON `attempts` (`patient_id`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `attempts_reserved_number` ON `attempts` (`reserved_number`) WHERE reserved_number is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `attempts_reserved_patient` ON `attempts` (`reserved_patient`) WHERE reserved_patient is not null;--> statement-breakpoint
CREATE INDEX `attempts_open` ON `attempts` (`created_at`,`id`) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX `attempts_campaign` ON `attempts` (`campaign_id`,`status`,`ended_at`) WHERE campaign_id is not null and ended_at is not null;--> statement-breakpoint
CREATE TABLE `__new_audit_subjects` (
	`patient_id` text NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`patient_id`, `seq`)
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_audit_subjects` (`patient_id`, `seq`) SELECT `patient_id`, `seq` FROM `audit_subjects`;--> statement-breakpoint
DROP TABLE `audit_subjects`;--> statement-breakpoint
ALTER TABLE `__new_audit_subjects` RENAME TO `audit_subjects`;--> statement-breakpoint
CREATE TRIGGER `audit_subjects_no_update` BEFORE UPDATE ON `audit_subjects`
BEGIN
	SELECT raise(ABORT, 'audit_subjects is append-only');
END;--> statement-breakpoint
CREATE TRIGGER `audit_subjects_no_delete` BEFORE DELETE ON `audit_subjects`
BEGIN
	SELECT raise(ABORT, 'audit_subjects is append-only');
END;--> statement-breakpoint
CREATE TABLE `__new_call_logs` (
	`call_id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_call_logs` (`call_id`, `patient_id`, `sealed`, `created_at`) SELECT `call_id`, `patient_id`, `sealed`, `created_at` FROM `call_logs`;--> statement-breakpoint
DROP TABLE `call_logs`;--> statement-breakpoint
ALTER TABLE `__new_call_logs` RENAME TO `call_logs`;--> statement-breakpoint
CREATE TABLE `__new_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`note_version` integer NOT NULL,
	`sink` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`code` text,
	`failed_at` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	`delivered_at` integer,
	`part` text DEFAULT 'note' NOT NULL
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_deliveries` (`id`, `call_id`, `note_version`, `sink`, `status`, `attempts`, `code`, `failed_at`, `created_at`, `ended_at`, `delivered_at`, `part`) SELECT `id`, `call_id`, `note_version`, `sink`, `status`, `attempts`, `code`, `failed_at`, `created_at`, `ended_at`, `delivered_at`, `part` FROM `deliveries`;--> statement-breakpoint
DROP TABLE `deliveries`;--> statement-breakpoint
ALTER TABLE `__new_deliveries` RENAME TO `deliveries`;--> statement-breakpoint
CREATE INDEX `deliveries_created` ON `deliveries` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_failed` ON `deliveries` (`sink`,`failed_at`) WHERE failed_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_part` ON `deliveries` (`call_id`,`sink`,`note_version`,`part`);--> statement-breakpoint
CREATE INDEX `deliveries_open` ON `deliveries` (`created_at`,`id`,`sink`) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX `deliveries_unsent` ON `deliveries` (`status`,`created_at`,`id`,`sink`) WHERE status in ('dead', 'canceled');--> statement-breakpoint
CREATE INDEX `deliveries_sink` ON `deliveries` (`sink`,`ended_at`) WHERE status = 'delivered';--> statement-breakpoint
CREATE TABLE `__new_dial_decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text,
	`attempt_id` text,
	`patient_id` text,
	`moment` text NOT NULL,
	`allowed` integer NOT NULL,
	`code` text,
	`policy_version` text NOT NULL,
	`facts` text NOT NULL,
	`decided_at` integer NOT NULL,
	`campaign_id` text,
	`contact_id` text
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_dial_decisions` (`id`, `call_id`, `attempt_id`, `patient_id`, `moment`, `allowed`, `code`, `policy_version`, `facts`, `decided_at`, `campaign_id`, `contact_id`) SELECT `id`, `call_id`, `attempt_id`, `patient_id`, `moment`, `allowed`, `code`, `policy_version`, `facts`, `decided_at`, `campaign_id`, `contact_id` FROM `dial_decisions`;--> statement-breakpoint
DROP TABLE `dial_decisions`;--> statement-breakpoint
ALTER TABLE `__new_dial_decisions` RENAME TO `dial_decisions`;--> statement-breakpoint
CREATE INDEX `dial_decisions_contact` ON `dial_decisions` (`contact_id`) WHERE contact_id is not null;--> statement-breakpoint
CREATE INDEX `dial_decisions_refused` ON `dial_decisions` (`patient_id`) WHERE call_id is null and contact_id is null;--> statement-breakpoint
CREATE INDEX `dial_decisions_call` ON `dial_decisions` (`call_id`) WHERE call_id is not null;--> statement-breakpoint
CREATE TABLE `__new_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`call_id` text,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`progress` text,
	`code` text,
	`created_at` integer NOT NULL,
	`ended_at` integer
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_jobs` (`id`, `kind`, `subject`, `call_id`, `status`, `attempts`, `due_at`, `progress`, `code`, `created_at`, `ended_at`) SELECT `id`, `kind`, `subject`, `call_id`, `status`, `attempts`, `due_at`, `progress`, `code`, `created_at`, `ended_at` FROM `jobs`;--> statement-breakpoint
DROP TABLE `jobs`;--> statement-breakpoint
ALTER TABLE `__new_jobs` RENAME TO `jobs`;--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_subject` ON `jobs` (`kind`,`subject`);--> statement-breakpoint
CREATE INDEX `jobs_waiting` ON `jobs` (`due_at`,`id`) WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX `jobs_dead` ON `jobs` (`due_at`,`id`) WHERE status = 'dead';--> statement-breakpoint
CREATE INDEX `jobs_stray` ON `jobs` (`call_id`) WHERE kind = 'discard_stray';--> statement-breakpoint
CREATE TABLE `__new_recordings` (
	`id` text NOT NULL,
	`call_id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`telnyx_id` text,
	`sealed` text,
	`link_at` integer,
	`format` text,
	`bytes` integer,
	`sha256` text,
	`duration_ms` integer,
	`started_at` integer,
	`consent_event_id` text,
	`consent_at` integer,
	`consent_key` text,
	`consent_wording` text,
	`consent_wording_hash` text,
	`created_at` integer NOT NULL,
	`fetched_at` integer,
	`deleted_at_telnyx_at` integer
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_recordings` (`id`, `call_id`, `patient_id`, `status`, `reason`, `telnyx_id`, `sealed`, `link_at`, `format`, `bytes`, `sha256`, `duration_ms`, `started_at`, `consent_event_id`, `consent_at`, `consent_key`, `consent_wording`, `consent_wording_hash`, `created_at`, `fetched_at`, `deleted_at_telnyx_at`) SELECT `id`, `call_id`, `patient_id`, `status`, `reason`, `telnyx_id`, `sealed`, `link_at`, `format`, `bytes`, `sha256`, `duration_ms`, `started_at`, `consent_event_id`, `consent_at`, `consent_key`, `consent_wording`, `consent_wording_hash`, `created_at`, `fetched_at`, `deleted_at_telnyx_at` FROM `recordings`;--> statement-breakpoint
DROP TABLE `recordings`;--> statement-breakpoint
ALTER TABLE `__new_recordings` RENAME TO `recordings`;
