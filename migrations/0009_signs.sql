CREATE TABLE `signs` (
	`name` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`code` text
);
