CREATE TABLE `suppression_changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`suppression_id` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `suppression_changes` (`suppression_id`) SELECT `id` FROM `suppressions` ORDER BY `id`;--> statement-breakpoint
CREATE TRIGGER `suppressions_added` AFTER INSERT ON `suppressions`
BEGIN
	INSERT INTO `suppression_changes` (`suppression_id`) VALUES (new.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `suppressions_changed` AFTER UPDATE ON `suppressions`
BEGIN
	INSERT INTO `suppression_changes` (`suppression_id`) VALUES (new.`id`);
END;
