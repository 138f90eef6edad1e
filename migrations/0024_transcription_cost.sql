ALTER TABLE `calls` ADD `transcription_nanos` integer;--> statement-breakpoint
UPDATE `calls` SET `transcription_nanos` = (SELECT r.cost_nanos FROM `recording_transcripts` AS r WHERE r.call_id = calls.id)
WHERE calls.id IN (SELECT r.call_id FROM `recording_transcripts` AS r WHERE r.cost_nanos IS NOT NULL);--> statement-breakpoint
CREATE TRIGGER `recording_transcripts_cost` AFTER UPDATE OF `cost_nanos` ON `recording_transcripts`
WHEN coalesce(new.cost_nanos, 0) != coalesce(old.cost_nanos, 0)
BEGIN
	UPDATE `calls` SET `transcription_nanos` = coalesce(`transcription_nanos`, 0) + coalesce(new.cost_nanos, 0) - coalesce(old.cost_nanos, 0)
	WHERE calls.id = new.call_id;
END;
