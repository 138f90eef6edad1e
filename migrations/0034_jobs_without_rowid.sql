-- A text key of a table with rowids is an index of its own, a row more for each that is written: a table of short rows goes without.
-- drizzle-kit does not know of that, so the copy is written by hand. One table a file: D1 ends a request after 30 seconds.
CREATE TABLE `__new_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`call_id` text,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`progress` text,
	`code` text,
	`created_at` integer NOT NULL,
	`ended_at` integer
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `__new_jobs` (`id`, `kind`, `subject`, `call_id`, `status`, `attempts`, `due_at`, `progress`, `code`, `created_at`, `ended_at`) SELECT `id`, `kind`, `subject`, `call_id`, `status`, `attempts`, `due_at`, `progress`, `code`, `created_at`, `ended_at` FROM `jobs`;--> statement-breakpoint
DROP TABLE `jobs`;--> statement-breakpoint
ALTER TABLE `__new_jobs` RENAME TO `jobs`;--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_subject` ON `jobs` (`kind`,`subject`);--> statement-breakpoint
CREATE INDEX `jobs_waiting` ON `jobs` (`due_at`,`id`) WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX `jobs_dead` ON `jobs` (`due_at`,`id`) WHERE status = 'dead';--> statement-breakpoint
CREATE INDEX `jobs_stray` ON `jobs` (`call_id`) WHERE kind = 'discard_stray';
