-- Row-level security binds the owner of the tables, too: migrations and jobs pass no wall unseen.
ALTER TABLE "personal"."override_note" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."access_log" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."consent" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."erasure" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."legal_hold" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."info_request" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."service_rating" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."kinship" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."need_detail" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "personal"."resident" FORCE ROW LEVEL SECURITY;
