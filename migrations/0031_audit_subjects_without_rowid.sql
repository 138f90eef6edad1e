-- A text key of a table with rowids is an index of its own, a row more for each that is written: a table of short rows goes without.
-- drizzle-kit does not know of that, so the copy is written by hand. One table a file: D1 ends a request after 30 seconds.
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
END;
