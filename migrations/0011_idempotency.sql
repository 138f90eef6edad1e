CREATE TABLE `idempotency_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`request` text NOT NULL,
	`uuid` text NOT NULL,
	`lease_until` integer NOT NULL,
	`status` integer,
	`content_type` text,
	`location` text,
	`patient_id` text,
	`sealed` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE INDEX `idempotency_keys_patient` ON `idempotency_keys` (`patient_id`) WHERE patient_id is not null;