CREATE TABLE `disclosures` (
	`id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`purpose` text NOT NULL,
	`what` text NOT NULL,
	`ref` text,
	`sealed` text,
	`created_by` text NOT NULL,
	`created_name` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `disclosures_patient` ON `disclosures` (`patient_id`,`at`,`id`);--> statement-breakpoint
CREATE TABLE `holds` (
	`id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`reason` text NOT NULL,
	`sealed` text,
	`created_by` text NOT NULL,
	`created_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`lifted_by` text,
	`lifted_name` text,
	`lifted_at` integer,
	`lift_sealed` text
);
--> statement-breakpoint
CREATE INDEX `holds_patient` ON `holds` (`patient_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `holds_standing` ON `holds` (`patient_id`) WHERE lifted_at is null;--> statement-breakpoint
CREATE TABLE `patient_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`received_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`extended_at` integer,
	`call_id` text,
	`note_version` integer,
	`sealed` text,
	`outcome_sealed` text,
	`created_by` text NOT NULL,
	`created_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`ended_by` text,
	`ended_name` text,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `patient_requests_patient` ON `patient_requests` (`patient_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `patient_requests_due` ON `patient_requests` (`status`,`due_at`,`id`);--> statement-breakpoint
CREATE INDEX `patient_requests_kind` ON `patient_requests` (`kind`,`status`,`due_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `patient_requests_erasure` ON `patient_requests` (`patient_id`) WHERE kind = 'erasure' and status = 'open';--> statement-breakpoint
CREATE TABLE `retention_runs` (
	`rule` text PRIMARY KEY NOT NULL,
	`policy_version` text NOT NULL,
	`ran_at` integer NOT NULL,
	`removed` integer NOT NULL,
	`removed_total` integer NOT NULL,
	`held` integer NOT NULL,
	`code` text
);
--> statement-breakpoint
CREATE INDEX `calls_audio_signed` ON `calls` (`signed_at`,`id`) WHERE recording_status = 'ready' and signed_at is not null;--> statement-breakpoint
CREATE INDEX `calls_audio_unsigned` ON `calls` (`created_at`,`id`) WHERE recording_status = 'ready' and signed_at is null;