-- A text key of a table with rowids is an index of its own, a row more for each that is written: a table of short rows goes without.
-- drizzle-kit does not know of that, so the copy is written by hand. One table a file: D1 ends a request after 30 seconds.
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
CREATE INDEX `dial_decisions_call` ON `dial_decisions` (`call_id`) WHERE call_id is not null;
