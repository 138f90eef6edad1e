CREATE TABLE `audit_events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text NOT NULL,
	`roles` text NOT NULL,
	`action` text NOT NULL,
	`phi` integer NOT NULL,
	`method` text NOT NULL,
	`route` text NOT NULL,
	`status` integer NOT NULL,
	`code` text,
	`patient_id` text,
	`call_id` text,
	`object_id` text,
	`address` text,
	`request_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_events_at` ON `audit_events` (`at`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_events_actor` ON `audit_events` (`actor_name`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_events_action` ON `audit_events` (`action`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_events_patient` ON `audit_events` (`patient_id`,`seq`) WHERE patient_id is not null;--> statement-breakpoint
CREATE INDEX `audit_events_call` ON `audit_events` (`call_id`,`seq`) WHERE call_id is not null;--> statement-breakpoint
CREATE TABLE `staff_sessions` (
	`subject` text NOT NULL,
	`issued_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`ended_at` integer,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`subject`, `issued_at`)
);
--> statement-breakpoint
CREATE INDEX `staff_sessions_expires` ON `staff_sessions` (`expires_at`);--> statement-breakpoint
CREATE TRIGGER `audit_events_no_update` BEFORE UPDATE ON `audit_events`
BEGIN
	SELECT raise(ABORT, 'audit_events is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_events_no_delete` BEFORE DELETE ON `audit_events`
BEGIN
	SELECT raise(ABORT, 'audit_events is append-only');
END;
