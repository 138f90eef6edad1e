CREATE TABLE `attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`status` text NOT NULL,
	`reserved_number` text,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `attempts_reserved_number_unique` ON `attempts` (`reserved_number`);--> statement-breakpoint
CREATE INDEX `attempts_call` ON `attempts` (`call_id`);--> statement-breakpoint
CREATE INDEX `attempts_status` ON `attempts` (`status`,`created_at`);--> statement-breakpoint
CREATE TABLE `call_logs` (
	`call_id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `calls` (
	`id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`direction` text NOT NULL,
	`status` text NOT NULL,
	`language` text NOT NULL,
	`questionnaire_id` text NOT NULL,
	`questionnaire_version` integer NOT NULL,
	`attempt` integer NOT NULL,
	`external_id` text,
	`identity` text NOT NULL,
	`answered_by` text NOT NULL,
	`consent_collection` text NOT NULL,
	`consent_recording` text NOT NULL,
	`consent_at` integer,
	`created_at` integer NOT NULL,
	`dialed_at` integer,
	`answered_at` integer,
	`ended_at` integer,
	`hangup_cause` text,
	`hangup_source` text,
	`sip_hangup_cause` text,
	`error` text,
	`recording_status` text NOT NULL,
	`recording_id` text,
	`recording_duration_ms` integer,
	`call_control_id` text,
	`call_leg_id` text,
	`call_session_id` text,
	`sealed` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `calls_status` ON `calls` (`status`,`id`);--> statement-breakpoint
CREATE INDEX `calls_patient` ON `calls` (`patient_id`,`id`);--> statement-breakpoint
CREATE TABLE `consents` (
	`id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`phone_hash` text NOT NULL,
	`basis` text NOT NULL,
	`obtained_at` integer NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	`revoked_reason` text
);
--> statement-breakpoint
CREATE INDEX `consents_patient` ON `consents` (`patient_id`,`phone_hash`);--> statement-breakpoint
CREATE TABLE `dial_decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text,
	`attempt_id` text,
	`patient_id` text,
	`moment` text NOT NULL,
	`allowed` integer NOT NULL,
	`code` text,
	`policy_version` text NOT NULL,
	`facts` text NOT NULL,
	`decided_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `dial_decisions_call` ON `dial_decisions` (`call_id`);--> statement-breakpoint
CREATE INDEX `dial_decisions_decided` ON `dial_decisions` (`decided_at`);--> statement-breakpoint
CREATE TABLE `notes` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`version` integer NOT NULL,
	`patient_id` text NOT NULL,
	`status` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notes_call` ON `notes` (`call_id`,`version`);--> statement-breakpoint
CREATE INDEX `notes_created` ON `notes` (`created_at`);--> statement-breakpoint
CREATE TABLE `patient_keys` (
	`patient_id` text PRIMARY KEY NOT NULL,
	`wrapped` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `patients` (
	`id` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL,
	`phone_hash` text NOT NULL,
	`last_four_hash` text NOT NULL,
	`family_name_hash` text,
	`external_id` text,
	`language` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `patients_phone` ON `patients` (`phone_hash`);--> statement-breakpoint
CREATE INDEX `patients_last_four` ON `patients` (`last_four_hash`);--> statement-breakpoint
CREATE INDEX `patients_family_name` ON `patients` (`family_name_hash`);--> statement-breakpoint
CREATE INDEX `patients_external` ON `patients` (`external_id`);--> statement-breakpoint
CREATE TABLE `questionnaire_versions` (
	`questionnaire_id` text NOT NULL,
	`version` integer NOT NULL,
	`hash` text NOT NULL,
	`definition` text NOT NULL,
	`approved_by` text,
	`approved_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`questionnaire_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `staff` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`roles` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_email_unique` ON `staff` (`email`);--> statement-breakpoint
CREATE TABLE `suppressions` (
	`id` text PRIMARY KEY NOT NULL,
	`phone_hash` text NOT NULL,
	`key_id` text NOT NULL,
	`sealed` text NOT NULL,
	`reason` text NOT NULL,
	`call_id` text,
	`created_at` integer NOT NULL,
	`lifted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `suppressions_active` ON `suppressions` (`phone_hash`) WHERE lifted_at is null;--> statement-breakpoint
CREATE INDEX `suppressions_key` ON `suppressions` (`key_id`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`call_id` text NOT NULL,
	`patient_id` text NOT NULL,
	`status` text NOT NULL,
	`owner` text,
	`due_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`done_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_call` ON `tasks` (`call_id`,`kind`);--> statement-breakpoint
CREATE INDEX `tasks_open` ON `tasks` (`status`,`due_at`);