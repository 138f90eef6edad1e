CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`note_version` integer NOT NULL,
	`sink` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`code` text,
	`failed_at` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_note` ON `deliveries` (`call_id`,`sink`,`note_version`);--> statement-breakpoint
CREATE INDEX `deliveries_created` ON `deliveries` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_status` ON `deliveries` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_sink` ON `deliveries` (`sink`,`status`,`ended_at`);--> statement-breakpoint
CREATE INDEX `deliveries_failed` ON `deliveries` (`sink`,`failed_at`) WHERE failed_at is not null;