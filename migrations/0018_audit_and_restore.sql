CREATE TABLE `audit_reviews` (
	`id` text PRIMARY KEY NOT NULL,
	`week` text NOT NULL,
	`signed_by` text NOT NULL,
	`signed_by_name` text NOT NULL,
	`signed_at` integer NOT NULL,
	`note` text,
	`figures` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_reviews_week` ON `audit_reviews` (`week`,`signed_at`);--> statement-breakpoint
CREATE TABLE `audit_subjects` (
	`patient_id` text NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`patient_id`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `suppression_changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`suppression_id` text NOT NULL
);
--> statement-breakpoint
DROP INDEX `audit_events_recent`;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `shown` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `prev_hash` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `hash` text;--> statement-breakpoint
CREATE TRIGGER `audit_subjects_no_update` BEFORE UPDATE ON `audit_subjects`
BEGIN
	SELECT raise(ABORT, 'audit_subjects is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_subjects_no_delete` BEFORE DELETE ON `audit_subjects`
BEGIN
	SELECT raise(ABORT, 'audit_subjects is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_reviews_no_update` BEFORE UPDATE ON `audit_reviews`
BEGIN
	SELECT raise(ABORT, 'audit_reviews is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_reviews_no_delete` BEFORE DELETE ON `audit_reviews`
BEGIN
	SELECT raise(ABORT, 'audit_reviews is append-only');
END;
--> statement-breakpoint
INSERT INTO `suppression_changes` (`suppression_id`) SELECT `id` FROM `suppressions` ORDER BY `id`;--> statement-breakpoint
CREATE TRIGGER `suppressions_added` AFTER INSERT ON `suppressions`
BEGIN
	INSERT INTO `suppression_changes` (`suppression_id`) VALUES (new.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `suppressions_changed` AFTER UPDATE ON `suppressions`
BEGIN
	INSERT INTO `suppression_changes` (`suppression_id`) VALUES (new.`id`);
END;
