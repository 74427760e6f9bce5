ALTER TABLE "match_plan" ADD COLUMN "budget_seconds" smallint DEFAULT 10 NOT NULL;--> statement-breakpoint
ALTER TABLE "match_plan" ADD COLUMN "proof" jsonb;--> statement-breakpoint
ALTER TABLE "need" ADD COLUMN "minimum_quantity" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "need" ADD COLUMN "together_with_id" uuid;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "minimum_attendance" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "branch_quotas" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "resource_keys" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "need_together" ON "need" ("community_id","together_with_id");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_together_with" FOREIGN KEY ("community_id","together_with_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "match_plan" ADD CONSTRAINT "match_plan_budget" CHECK ("budget_seconds" between 0 and 120);--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_minimum" CHECK ("minimum_quantity" between 1 and "quantity");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_together_other" CHECK ("together_with_id" <> "id");--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_minimum" CHECK ("minimum_attendance" between 0 and "capacity");--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_quotas" CHECK (jsonb_typeof("branch_quotas") = 'array');--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_terms_dated" CHECK ("starts_at" is not null or ("minimum_attendance" = 0 and cardinality("resource_keys") = 0));