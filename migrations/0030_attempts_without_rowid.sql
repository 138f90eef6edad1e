-- A text key of a table with rowids is an index of its own, a row more for each that is written: a table of short rows goes without.
-- drizzle-kit does not know of that, so the copy is written by hand. One table a file: D1 ends a request after 30 seconds.
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
CREATE INDEX `attempts_campaign` ON `attempts` (`campaign_id`,`status`,`ended_at`) WHERE campaign_id is not null and ended_at is not null;
