ALTER TYPE "system_purpose" ADD VALUE 'fairness';--> statement-breakpoint
CREATE TABLE "personal"."override_note" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"need_id" uuid NOT NULL,
	"note_sealed" bytea NOT NULL,
	"written_by" uuid,
	"written_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "override_note_pkey" PRIMARY KEY("community_id","id")
);
--> statement-breakpoint
ALTER TABLE "personal"."override_note" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "override_note_by_need" ON "personal"."override_note" ("community_id","need_id");--> statement-breakpoint
CREATE INDEX "override_note_by_branch" ON "personal"."override_note" ("community_id","branch_id");--> statement-breakpoint
ALTER TABLE "personal"."override_note" ADD CONSTRAINT "override_note_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."override_note" ADD CONSTRAINT "override_note_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
CREATE POLICY "override_note_wall" ON "personal"."override_note" AS PERMISSIVE FOR ALL TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid
  and (branch_id = any(string_to_array(current_setting('app.branches', true), ',')::uuid[]) or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid
  and (branch_id = any(string_to_array(current_setting('app.branches', true), ',')::uuid[]) or coalesce(current_setting('app.system', true), '') <> ''));