CREATE TABLE `transcriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`status` text NOT NULL,
	`code` text,
	`sealed` text NOT NULL,
	`result_sealed` text,
	`language` text,
	`engine` text,
	`format` text NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`duration_ms` integer,
	`created_by` text NOT NULL,
	`owner_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `transcriptions_created` ON `transcriptions` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `transcriptions_status` ON `transcriptions` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `transcriptions_same` ON `transcriptions` (`created_by`,`sha256`,`created_at`);