ALTER TABLE `questionnaire_versions` ADD `created_by` text;--> statement-breakpoint
ALTER TABLE `questionnaire_versions` ADD `withdrawn_at` integer;--> statement-breakpoint
ALTER TABLE `questionnaire_versions` ADD `withdrawn_by` text;--> statement-breakpoint
CREATE TRIGGER `questionnaire_versions_fixed` BEFORE UPDATE OF `questionnaire_id`, `version`, `hash`, `definition`, `created_at`, `created_by` ON `questionnaire_versions`
BEGIN
	SELECT raise(ABORT, 'what a version holds is never changed');
END;
