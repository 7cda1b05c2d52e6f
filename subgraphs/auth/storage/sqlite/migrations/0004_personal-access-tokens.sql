CREATE TABLE `personal_access_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `personal_access_tokens_hash_unique` ON `personal_access_tokens` (`hash`);--> statement-breakpoint
CREATE INDEX `personal_access_tokens_by_user` ON `personal_access_tokens` (`user_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `personal_access_tokens_by_expiry` ON `personal_access_tokens` (`expires_at`);