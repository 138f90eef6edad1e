DROP INDEX `calls_status`;--> statement-breakpoint
DROP INDEX `calls_review_status`;--> statement-breakpoint
DROP INDEX `calls_note`;--> statement-breakpoint
DROP INDEX `calls_noted`;--> statement-breakpoint
DROP INDEX `calls_note_patient`;--> statement-breakpoint
CREATE INDEX `calls_over` ON `calls` (`status`,`review`,`created_at`,`id`) WHERE status not in ('queued', 'dialing', 'ringing', 'in_progress');--> statement-breakpoint
CREATE INDEX `calls_live` ON `calls` (`created_at`,`id`) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX `consents_ended` ON `consents` (case when revoked_at is null then expires_at else revoked_at end) WHERE revoked_at is not null or expires_at is not null;
