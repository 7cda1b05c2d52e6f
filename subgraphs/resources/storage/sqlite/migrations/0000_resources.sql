CREATE TABLE `resources` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`title` text NOT NULL,
	`title_key` text NOT NULL,
	`description` text,
	`description_key` text,
	`image_id` text NOT NULL,
	`image_url` text NOT NULL,
	`content_type` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resources_image_id_unique` ON `resources` (`image_id`);--> statement-breakpoint
CREATE INDEX `resources_by_creation` ON `resources` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `resources_by_update` ON `resources` (`owner_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `resources_by_title` ON `resources` (`owner_id`,`title_key`,`id`);