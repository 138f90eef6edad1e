DROP INDEX `patients_family_name`;--> statement-breakpoint
CREATE INDEX `patients_family_name` ON `patients` (`family_name_hash`,`id`);--> statement-breakpoint
CREATE INDEX `dial_decisions_refused` ON `dial_decisions` (`patient_id`) WHERE call_id is null and contact_id is null;