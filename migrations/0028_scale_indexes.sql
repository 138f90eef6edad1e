DROP INDEX `notes_created`;--> statement-breakpoint
CREATE INDEX `contacts_standing` ON `contacts` (`campaign_id`,`status`,`code`,`outcome`);