CREATE TABLE `campaigns` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`purpose` text NOT NULL,
	`questionnaire_id` text NOT NULL,
	`questionnaire_version` integer NOT NULL,
	`language` text,
	`status` text NOT NULL,
	`status_reason` text,
	`pace_per_second` real NOT NULL,
	`max_live_calls` integer NOT NULL,
	`spend_cap_nanos` integer,
	`retry` text NOT NULL,
	`script` text NOT NULL,
	`media_id` text,
	`owner` text NOT NULL,
	`owner_name` text NOT NULL,
	`approved_by` text,
	`start_requested_by` text,
	`preflight_id` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`resumed_at` integer,
	`ends_at` integer,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `campaigns_created` ON `campaigns` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `campaigns_status` ON `campaigns` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `contacts` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`row` integer NOT NULL,
	`patient_id` text NOT NULL,
	`phone_hash` text NOT NULL,
	`external_id` text,
	`consent_id` text,
	`sealed` text NOT NULL,
	`status` text NOT NULL,
	`code` text,
	`outcome` text,
	`rings` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	`last_call_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contacts_row` ON `contacts` (`campaign_id`,`row`);--> statement-breakpoint
CREATE INDEX `contacts_next` ON `contacts` (`campaign_id`,`status`,`next_at`,`row`);--> statement-breakpoint
CREATE INDEX `contacts_patient` ON `contacts` (`patient_id`);--> statement-breakpoint
CREATE INDEX `contacts_number` ON `contacts` (`campaign_id`,`phone_hash`);--> statement-breakpoint
CREATE TABLE `import_rows` (
	`import_id` text NOT NULL,
	`row` integer NOT NULL,
	`code` text NOT NULL,
	`field` text,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`import_id`, `row`)
);
--> statement-breakpoint
CREATE TABLE `imports` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`campaign_id` text,
	`status` text NOT NULL,
	`code` text,
	`format` text NOT NULL,
	`mapping` text NOT NULL,
	`sealed` text,
	`bytes` integer NOT NULL,
	`rows_read` integer DEFAULT 0 NOT NULL,
	`accepted` integer DEFAULT 0 NOT NULL,
	`rejected` integer DEFAULT 0 NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `imports_campaign` ON `imports` (`campaign_id`);--> statement-breakpoint
CREATE INDEX `imports_created` ON `imports` (`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `media` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`format` text NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`duration_ms` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `media_created` ON `media` (`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `preflights` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`hash` text NOT NULL,
	`counts` text NOT NULL,
	`forecast` text NOT NULL,
	`policy_version` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `preflights_campaign` ON `preflights` (`campaign_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `reassigned_numbers` (
	`phone_hash` text PRIMARY KEY NOT NULL,
	`answer` text NOT NULL,
	`asked_for` integer NOT NULL,
	`answered_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `spend` (
	`day` text NOT NULL,
	`campaign_id` text NOT NULL,
	`nanos` integer NOT NULL,
	PRIMARY KEY(`day`, `campaign_id`)
);
--> statement-breakpoint
CREATE INDEX `spend_campaign` ON `spend` (`campaign_id`);--> statement-breakpoint
ALTER TABLE `attempts` ADD `campaign_id` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `contact_id` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `patient_id` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `phone_hash` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `reserved_patient` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `counts` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `attempts` ADD `dialed_at` integer;--> statement-breakpoint
ALTER TABLE `attempts` ADD `answered_at` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `attempts_reserved_patient_unique` ON `attempts` (`reserved_patient`);--> statement-breakpoint
CREATE INDEX `attempts_contact` ON `attempts` (`contact_id`) WHERE contact_id is not null;--> statement-breakpoint
CREATE INDEX `attempts_campaign` ON `attempts` (`campaign_id`,`status`,`ended_at`) WHERE campaign_id is not null;--> statement-breakpoint
CREATE INDEX `attempts_number` ON `attempts` (`phone_hash`,`created_at`);--> statement-breakpoint
CREATE INDEX `attempts_patient` ON `attempts` (`patient_id`,`created_at`);--> statement-breakpoint
ALTER TABLE `calls` ADD `campaign_id` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `contact_id` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `greeting_delay_ms` integer;--> statement-breakpoint
CREATE INDEX `calls_campaign` ON `calls` (`campaign_id`,`created_at`,`id`) WHERE campaign_id is not null;--> statement-breakpoint
CREATE INDEX `calls_answered` ON `calls` (`campaign_id`,`created_at`,`answered_at`,`answered_by`,`greeting_delay_ms`,`ended_at`,`hangup_source`) WHERE campaign_id is not null and answered_at is not null;--> statement-breakpoint
ALTER TABLE `consents` ADD `purposes` text DEFAULT '["intake","follow_up","reminder","care"]' NOT NULL;--> statement-breakpoint
ALTER TABLE `consents` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `dial_decisions` ADD `campaign_id` text;--> statement-breakpoint
ALTER TABLE `dial_decisions` ADD `contact_id` text;--> statement-breakpoint
CREATE INDEX `dial_decisions_contact` ON `dial_decisions` (`contact_id`) WHERE contact_id is not null;--> statement-breakpoint
ALTER TABLE `suppressions` ADD `created_by` text;--> statement-breakpoint
ALTER TABLE `suppressions` ADD `lifted_by` text;--> statement-breakpoint
ALTER TABLE `suppressions` ADD `lift_sealed` text;--> statement-breakpoint
CREATE INDEX `suppressions_lifted` ON `suppressions` (`id`) WHERE lifted_at is not null;--> statement-breakpoint
CREATE INDEX `suppressions_lifted_number` ON `suppressions` (`phone_hash`) WHERE lifted_at is not null;--> statement-breakpoint
CREATE TRIGGER `calls_spend` AFTER UPDATE OF `cost_nanos` ON `calls`
WHEN coalesce(new.cost_nanos, 0) != coalesce(old.cost_nanos, 0)
BEGIN
	INSERT INTO `spend` (`day`, `campaign_id`, `nanos`)
	VALUES (date(coalesce(new.dialed_at, new.created_at) / 1000, 'unixepoch'), coalesce(new.campaign_id, ''), coalesce(new.cost_nanos, 0) - coalesce(old.cost_nanos, 0))
	ON CONFLICT (`day`, `campaign_id`) DO UPDATE SET `nanos` = `nanos` + excluded.`nanos`;
END;
