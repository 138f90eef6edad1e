CREATE TABLE `reviews` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`note_version` integer NOT NULL,
	`patient_id` text NOT NULL,
	`kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text NOT NULL,
	`sealed` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_signature` ON `reviews` (`call_id`,`note_version`) WHERE kind = 'signature';--> statement-breakpoint
CREATE INDEX `reviews_call` ON `reviews` (`call_id`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `calls` ADD `note_version` integer;--> statement-breakpoint
ALTER TABLE `calls` ADD `note_at` integer;--> statement-breakpoint
ALTER TABLE `calls` ADD `review` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `signed_by` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `signed_at` integer;--> statement-breakpoint
CREATE INDEX `calls_review` ON `calls` (`review`,`created_at`,`id`) WHERE review is not null;--> statement-breakpoint
CREATE INDEX `calls_note` ON `calls` (`note_at`,`id`) WHERE note_at is not null;--> statement-breakpoint
CREATE INDEX `calls_note_review` ON `calls` (`review`,`note_at`,`id`) WHERE note_at is not null;--> statement-breakpoint
CREATE INDEX `calls_note_patient` ON `calls` (`patient_id`,`note_at`,`id`) WHERE note_at is not null;--> statement-breakpoint
ALTER TABLE `notes` ADD `session_version` integer;--> statement-breakpoint
UPDATE `notes` SET `session_version` = `version`;--> statement-breakpoint
UPDATE `calls` SET `review` = 'unreviewed',
	`note_version` = (SELECT max(`version`) FROM `notes` WHERE `call_id` = `calls`.`id`),
	`note_at` = (SELECT max(`created_at`) FROM `notes` WHERE `call_id` = `calls`.`id`)
WHERE EXISTS (SELECT 1 FROM `notes` WHERE `call_id` = `calls`.`id`);--> statement-breakpoint
CREATE TRIGGER `notes_review` AFTER INSERT ON `notes`
BEGIN
	UPDATE `calls` SET `note_version` = new.`version`, `note_at` = new.`created_at`, `review` = 'unreviewed', `signed_by` = NULL, `signed_at` = NULL
	WHERE `id` = new.`call_id` AND coalesce(`note_version`, 0) < new.`version`;
END;--> statement-breakpoint
CREATE TRIGGER `reviews_signed` AFTER INSERT ON `reviews`
WHEN new.`kind` = 'signature'
BEGIN
	UPDATE `calls` SET `review` = 'signed', `signed_by` = new.`actor_name`, `signed_at` = new.`created_at`
	WHERE `id` = new.`call_id` AND `note_version` = new.`note_version`;
END;
