CREATE TYPE "change_kind" AS ENUM('KEPT', 'MOVED', 'DROPPED', 'NEW');--> statement-breakpoint
ALTER TYPE "plan_state" ADD VALUE 'CANCELLED';--> statement-breakpoint
CREATE TABLE "plan_change" (
	"community_id" uuid,
	"plan_id" uuid,
	"position" integer,
	"occasion_id" uuid,
	"need_id" uuid NOT NULL,
	"kind" "change_kind" NOT NULL,
	"quantity" bigint NOT NULL,
	"from_session_id" uuid,
	"to_session_id" uuid,
	"cause" text,
	"details" jsonb NOT NULL,
	CONSTRAINT "plan_change_pkey" PRIMARY KEY("community_id","plan_id","position"),
	CONSTRAINT "plan_change_quantity" CHECK ("quantity" > 0),
	CONSTRAINT "plan_change_ends" CHECK (("from_session_id" is null) = ("kind" = 'NEW') and ("to_session_id" is null) = ("kind" = 'DROPPED')),
	CONSTRAINT "plan_change_cause" CHECK (("cause" is null) = ("kind" = 'KEPT'))
);
--> statement-breakpoint
CREATE INDEX "plan_change_by_kind" ON "plan_change" ("community_id","plan_id","kind","position");--> statement-breakpoint
CREATE INDEX "plan_change_by_occasion" ON "plan_change" ("community_id","plan_id","occasion_id","position");--> statement-breakpoint
CREATE INDEX "plan_change_by_need" ON "plan_change" ("community_id","need_id");--> statement-breakpoint
CREATE INDEX "plan_change_by_from" ON "plan_change" ("community_id","from_session_id");--> statement-breakpoint
CREATE INDEX "plan_change_by_to" ON "plan_change" ("community_id","to_session_id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_of_plan" FOREIGN KEY ("community_id","plan_id") REFERENCES "match_plan"("community_id","id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_from" FOREIGN KEY ("community_id","from_session_id") REFERENCES "session"("community_id","id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_to" FOREIGN KEY ("community_id","to_session_id") REFERENCES "session"("community_id","id");