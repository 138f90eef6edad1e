DROP INDEX `deliveries_note`;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `part` text DEFAULT 'note' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_part` ON `deliveries` (`call_id`,`sink`,`note_version`,`part`);