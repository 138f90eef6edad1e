-- A text key of a table with rowids is an index of its own, a row more for each that is written: a table of short rows goes without.
-- drizzle-kit does not know of that, so the copy is written by hand. One table a file: D1 ends a request after 30 seconds.
CREATE TABLE `__new_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`note_version` integer NOT NULL,
	`sink` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`code` text,
	`failed_at` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	`delivered_at` integer,
	`part` text DEFAULT 'note' NOT NULL
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_deliveries` (`id`, `call_id`, `note_version`, `sink`, `status`, `attempts`, `code`, `failed_at`, `created_at`, `ended_at`, `delivered_at`, `part`) SELECT `id`, `call_id`, `note_version`, `sink`, `status`, `attempts`, `code`, `failed_at`, `created_at`, `ended_at`, `delivered_at`, `part` FROM `deliveries`;--> statement-breakpoint
DROP TABLE `deliveries`;--> statement-breakpoint
ALTER TABLE `__new_deliveries` RENAME TO `deliveries`;--> statement-breakpoint
CREATE INDEX `deliveries_created` ON `deliveries` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_failed` ON `deliveries` (`sink`,`failed_at`) WHERE failed_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_part` ON `deliveries` (`call_id`,`sink`,`note_version`,`part`);--> statement-breakpoint
CREATE INDEX `deliveries_open` ON `deliveries` (`created_at`,`id`,`sink`) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX `deliveries_unsent` ON `deliveries` (`status`,`created_at`,`id`,`sink`) WHERE status in ('dead', 'canceled');--> statement-breakpoint
CREATE INDEX `deliveries_sink` ON `deliveries` (`sink`,`ended_at`) WHERE status = 'delivered';
