DROP INDEX "session_by_start";--> statement-breakpoint
CREATE INDEX "session_by_start" ON "session" ("community_id",coalesce("starts_at", 'infinity'::timestamptz),"id");