CREATE TABLE `revoked_sessions` (
	`session_id` text PRIMARY KEY NOT NULL,
	`forget_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `revoked_sessions_by_end` ON `revoked_sessions` (`forget_at`);--> statement-breakpoint
CREATE TABLE `security_events` (
	`jti` text PRIMARY KEY NOT NULL,
	`forget_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `security_events_by_end` ON `security_events` (`forget_at`);--> statement-breakpoint
CREATE TABLE `tombstones` (
	`user_id` text PRIMARY KEY NOT NULL,
	`purged_at` integer NOT NULL,
	`is_pending` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tombstones_pending` ON `tombstones` (`purged_at`) WHERE is_pending;