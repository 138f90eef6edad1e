ALTER TABLE `deliveries` ADD `delivered_at` integer;--> statement-breakpoint
UPDATE `deliveries` SET `delivered_at` = `ended_at` WHERE `status` = 'delivered';
