-- A text key of a table with rowids is an index of its own, a row more for each that is written: a table of short rows goes without.
-- drizzle-kit does not know of that, so the copy is written by hand. One table a file: D1 ends a request after 30 seconds.
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
