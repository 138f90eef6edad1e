DROP INDEX `calls_status`;--> statement-breakpoint
DROP INDEX `calls_patient`;--> statement-breakpoint
ALTER TABLE `calls` ADD `red_flags` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_created` ON `calls` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `calls_flagged` ON `calls` (`created_at`,`id`) WHERE red_flags > 0;--> statement-breakpoint
CREATE INDEX `calls_status` ON `calls` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `calls_patient` ON `calls` (`patient_id`,`created_at`,`id`);--> statement-breakpoint
DROP INDEX `tasks_open`;--> statement-breakpoint
ALTER TABLE `tasks` ADD `alert_at` integer;--> statement-breakpoint
ALTER TABLE `tasks` ADD `claimed_at` integer;--> statement-breakpoint
CREATE INDEX `tasks_alert` ON `tasks` (`alert_at`) WHERE alert_at is not null;--> statement-breakpoint
CREATE INDEX `tasks_open` ON `tasks` (`status`,`due_at`,`id`);