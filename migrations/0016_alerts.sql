CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`code` text NOT NULL,
	`count` integer,
	`opened_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`told_at` integer,
	`closed_at` integer,
	`resolved_told_at` integer,
	`acknowledged_by` text,
	`acknowledged_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `alerts_open` ON `alerts` (`kind`,`subject`) WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX `alerts_opened` ON `alerts` (`opened_at`,`id`);--> statement-breakpoint
CREATE INDEX `alerts_untold` ON `alerts` (`id`) WHERE told_at is null or (closed_at is not null and resolved_told_at is null);