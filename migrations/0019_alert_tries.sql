DROP INDEX `alerts_untold`;--> statement-breakpoint
ALTER TABLE `alerts` ADD `tell_tries` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `alerts` ADD `tell_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `alerts_untold` ON `alerts` (`tell_at`,`id`) WHERE told_at is null or (closed_at is not null and resolved_told_at is null);