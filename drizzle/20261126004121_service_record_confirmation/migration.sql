CREATE TYPE "confirmation_state" AS ENUM('AWAITING', 'CONFIRMED', 'DISPUTED');--> statement-breakpoint
CREATE TYPE "confirmer" AS ENUM('BRANCH', 'FAMILY');--> statement-breakpoint
CREATE TYPE "dispute_reason" AS ENUM('NOT_RECEIVED', 'LESS_THAN_RECORDED', 'NOT_AS_AGREED', 'OTHER');--> statement-breakpoint
ALTER TABLE "service_record" ADD COLUMN "confirmation" "confirmation_state" DEFAULT 'AWAITING'::"confirmation_state" NOT NULL;--> statement-breakpoint
ALTER TABLE "service_record" ADD COLUMN "dispute_reason" "dispute_reason";--> statement-breakpoint
ALTER TABLE "service_record" ADD COLUMN "confirmed_as" "confirmer";--> statement-breakpoint
ALTER TABLE "service_record" ADD COLUMN "confirmed_by" uuid;--> statement-breakpoint
ALTER TABLE "service_record" ADD COLUMN "confirmed_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "service_record" ADD CONSTRAINT "service_record_confirmed" CHECK (("confirmation" = 'AWAITING') = ("confirmed_at" is null));--> statement-breakpoint
ALTER TABLE "service_record" ADD CONSTRAINT "service_record_disputed" CHECK (("confirmation" = 'DISPUTED') = ("dispute_reason" is not null));