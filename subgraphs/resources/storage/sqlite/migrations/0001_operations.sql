CREATE TABLE `operations` (
	`id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`owner_id` text NOT NULL,
	`resource_id` text,
	`idempotency_key` text,
	`input_sha256` text,
	`reservation_sha256` text,
	`image_id` text,
	`image_url` text,
	`old_sha256` text,
	`content` text,
	`is_versioned` integer DEFAULT false NOT NULL,
	`started_at` integer NOT NULL,
	`settles_at` integer NOT NULL,
	`lease_token` text NOT NULL,
	`lease_until` integer NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`unresolved` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `operations_by_key` ON `operations` (`owner_id`,`idempotency_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `operations_by_new_image` ON `operations` (`image_id`) WHERE state in ('RESERVED', 'DELETING');--> statement-breakpoint
CREATE UNIQUE INDEX `operations_by_lock` ON `operations` (`resource_id`) WHERE state in ('REPLACING', 'LANDING');--> statement-breakpoint
CREATE INDEX `operations_by_due` ON `operations` (`due_at`) WHERE state <> 'ENDED';--> statement-breakpoint
CREATE INDEX `operations_by_start` ON `operations` (`started_at`) WHERE state = 'ENDED';--> statement-breakpoint
CREATE TABLE `reservations` (
	`sha256` text PRIMARY KEY NOT NULL
);
