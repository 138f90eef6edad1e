DROP INDEX `patients_phone`;--> statement-breakpoint
DROP INDEX `patients_last_four`;--> statement-breakpoint
DROP INDEX `patients_external`;--> statement-breakpoint
CREATE INDEX `patients_phone` ON `patients` (`phone_hash`,`id`);--> statement-breakpoint
CREATE INDEX `patients_last_four` ON `patients` (`last_four_hash`,`id`);--> statement-breakpoint
CREATE INDEX `patients_external` ON `patients` (`external_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_recent` ON `audit_events` (`actor`,`action`,`at`);--> statement-breakpoint
CREATE INDEX `audit_events_refused` ON `audit_events` (`seq`) WHERE status >= 400;