CREATE TABLE `recording_transcripts` (
	`call_id` text PRIMARY KEY NOT NULL,
	`patient_id` text NOT NULL,
	`status` text NOT NULL,
	`code` text,
	`engine` text,
	`language` text,
	`pieces` integer NOT NULL,
	`sealed` text,
	`audio_ms` integer NOT NULL,
	`cost_nanos` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `recording_transcripts_patient` ON `recording_transcripts` (`patient_id`);--> statement-breakpoint
CREATE TRIGGER `recording_transcripts_spend` AFTER UPDATE OF `cost_nanos` ON `recording_transcripts`
WHEN coalesce(new.cost_nanos, 0) != coalesce(old.cost_nanos, 0)
BEGIN
	INSERT INTO `spend` (`day`, `campaign_id`, `nanos`)
	SELECT date(coalesce(calls.dialed_at, calls.created_at) / 1000, 'unixepoch'), coalesce(calls.campaign_id, ''), coalesce(new.cost_nanos, 0) - coalesce(old.cost_nanos, 0)
	FROM `calls` WHERE calls.id = new.call_id
	ON CONFLICT (`day`, `campaign_id`) DO UPDATE SET `nanos` = `nanos` + excluded.`nanos`;
END;
