CREATE TABLE `jobs` (
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
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_subject` ON `jobs` (`kind`,`subject`);--> statement-breakpoint
CREATE INDEX `jobs_status` ON `jobs` (`status`,`due_at`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_call` ON `jobs` (`call_id`) WHERE call_id is not null;--> statement-breakpoint
CREATE TABLE `recordings` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
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
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recordings_call_id_unique` ON `recordings` (`call_id`);--> statement-breakpoint
CREATE INDEX `recordings_patient` ON `recordings` (`patient_id`);--> statement-breakpoint
ALTER TABLE `calls` ADD `recording_bytes` integer;--> statement-breakpoint
ALTER TABLE `calls` ADD `cost_nanos` integer;--> statement-breakpoint
ALTER TABLE `calls` ADD `cost_currency` text;