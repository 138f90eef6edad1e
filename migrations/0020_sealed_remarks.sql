ALTER TABLE `audit_reviews` ADD `sealed` text;--> statement-breakpoint
DROP TRIGGER `audit_reviews_no_update`;--> statement-breakpoint
CREATE TRIGGER `audit_reviews_no_update` BEFORE UPDATE ON `audit_reviews`
WHEN new.`id` IS NOT old.`id` OR new.`week` IS NOT old.`week` OR new.`signed_by` IS NOT old.`signed_by`
	OR new.`signed_by_name` IS NOT old.`signed_by_name` OR new.`signed_at` IS NOT old.`signed_at` OR new.`figures` IS NOT old.`figures`
	OR new.`note` IS NOT NULL OR new.`sealed` IS NULL OR (old.`note` IS NULL AND old.`sealed` IS NULL)
BEGIN
	SELECT raise(ABORT, 'audit_reviews is append-only');
END;
