ALTER TABLE `refresh_tokens` ADD `retryable_until` integer;--> statement-breakpoint
ALTER TABLE `refresh_tokens` ADD `parent_hash` text;