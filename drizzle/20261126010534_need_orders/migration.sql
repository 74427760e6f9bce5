DROP INDEX "need_newest";--> statement-breakpoint
CREATE INDEX "need_in_waiting" ON "need" ("community_id","submitted_at","id");--> statement-breakpoint
CREATE INDEX "need_in_urgency" ON "need" ("community_id","urgency","submitted_at","id");