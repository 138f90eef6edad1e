CREATE TABLE `emergency_accesses` (
	`id` text PRIMARY KEY NOT NULL,
	`staff_id` text NOT NULL,
	`staff_name` text NOT NULL,
	`sealed` text NOT NULL,
	`started_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer,
	`verdict` text,
	`review_sealed` text,
	`reviewed_by` text,
	`reviewed_at` integer
);
--> statement-breakpoint
CREATE INDEX `emergency_accesses_staff` ON `emergency_accesses` (`staff_id`,`expires_at`);--> statement-breakpoint
CREATE INDEX `emergency_accesses_unreviewed` ON `emergency_accesses` (`id`) WHERE reviewed_at is null;