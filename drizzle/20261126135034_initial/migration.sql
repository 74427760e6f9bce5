CREATE SCHEMA "personal";
--> statement-breakpoint
CREATE SCHEMA "identity";
--> statement-breakpoint
CREATE TYPE "membership_state" AS ENUM('INVITED', 'APPLIED', 'ACTIVE', 'SUSPENDED', 'ENDED');--> statement-breakpoint
CREATE TYPE "organization_kind" AS ENUM('GOV', 'PUBLIC_INST', 'MASS_ORG', 'SOE', 'PRIVATE', 'FINANCE', 'EDUCATION', 'MEDICAL', 'LAW_FIRM', 'NGO', 'FOUNDATION', 'UNION', 'PROPERTY', 'RESIDENT_BODY');--> statement-breakpoint
CREATE TYPE "pact_state" AS ENUM('DRAFT', 'SIGNED', 'TERMINATED');--> statement-breakpoint
CREATE TYPE "account_role" AS ENUM('COMMUNITY_ADMIN', 'BRANCH_SECRETARY', 'ESTATE_OFFICER', 'GENERALIST_WORKER', 'LIAISON', 'VOLUNTEER', 'FAMILY', 'MEDIATOR', 'SUBDISTRICT', 'AUDITOR');--> statement-breakpoint
CREATE TYPE "change_kind" AS ENUM('KEPT', 'MOVED', 'DROPPED', 'NEW');--> statement-breakpoint
CREATE TYPE "match_state" AS ENUM('PLANNED', 'PROPOSED', 'ACCEPTED', 'DECLINED', 'FELL_OUT', 'LAPSED');--> statement-breakpoint
CREATE TYPE "plan_state" AS ENUM('QUEUED', 'RUNNING', 'READY', 'PUBLISHED', 'FAILED', 'CANCELLED');--> statement-breakpoint
CREATE TYPE "beneficiary_kind" AS ENUM('RESIDENT', 'GROUP', 'ORGANIZATION', 'PLACE');--> statement-breakpoint
CREATE TYPE "channel" AS ENUM('COUNTER', 'PHONE', 'WECHAT', 'TERMINAL', 'VISIT', 'HOTLINE', 'IMPORT');--> statement-breakpoint
CREATE TYPE "need_close_reason" AS ENUM('NOT_A_NEED', 'OUT_OF_SCOPE', 'NOT_VERIFIABLE', 'REPEATED', 'BEYOND_LAW', 'SOLVED_OTHERWISE', 'NO_LONGER_WANTED', 'DIED_OR_MOVED', 'NO_SUPPLY', 'NOT_ELIGIBLE_ANYWHERE', 'OTHER');--> statement-breakpoint
CREATE TYPE "need_state" AS ENUM('SUBMITTED', 'OPEN', 'FULFILLED', 'REJECTED', 'MERGED', 'TRANSFERRED', 'WITHDRAWN', 'EXPIRED', 'UNMET');--> statement-breakpoint
CREATE TYPE "requester_kind" AS ENUM('SELF', 'FAMILY', 'STEWARD', 'OFFICER', 'ORGANIZATION');--> statement-breakpoint
CREATE TYPE "transfer_target" AS ENUM('GRID', 'SUBDISTRICT', 'HOTLINE_12345', 'BACK_OFFICE', 'EMERGENCY');--> statement-breakpoint
CREATE TYPE "urgency" AS ENUM('P0', 'P1', 'P2', 'P3', 'P4');--> statement-breakpoint
CREATE TYPE "care_category" AS ENUM('LIVING_ALONE', 'EMPTY_NEST', 'DISABLED', 'LOW_INCOME', 'BEREAVED_FAMILY', 'DEMENTIA', 'BEDRIDDEN', 'CHRONIC_ILLNESS', 'LEFT_BEHIND_CHILD', 'VETERAN');--> statement-breakpoint
CREATE TYPE "language" AS ENUM('MANDARIN', 'HANGZHOU_DIALECT', 'WU_DIALECT', 'SIGN_LANGUAGE', 'ENGLISH');--> statement-breakpoint
CREATE TYPE "mode" AS ENUM('ON_SITE', 'HOME', 'ONLINE');--> statement-breakpoint
CREATE TYPE "offer_state" AS ENUM('DRAFT', 'PUBLISHED', 'PAUSED', 'WITHDRAWN', 'EXPIRED');--> statement-breakpoint
CREATE TYPE "session_state" AS ENUM('SCHEDULED', 'CANCELLED');--> statement-breakpoint
CREATE TYPE "system_purpose" AS ENUM('matching', 'deidentify', 'seed', 'sign-in', 'sealing', 'kinship', 'upkeep', 'fairness', 'key-rotation', 'sharing', 'objection', 'rights', 'retention', 'breach');--> statement-breakpoint
CREATE TYPE "consent_method" AS ENUM('APP', 'COUNTER', 'VISIT', 'PHONE', 'PAPER');--> statement-breakpoint
CREATE TYPE "consent_purpose" AS ENUM('SHARE_WITH_ORGANIZATION', 'TASK_CARE_NOTES', 'HEALTH_MATCHING');--> statement-breakpoint
CREATE TYPE "data_class" AS ENUM('GENERAL', 'SENSITIVE');--> statement-breakpoint
CREATE TYPE "legal_hold_reason" AS ENUM('LAWSUIT', 'SUPERVISION', 'DISPUTE', 'AUDIT', 'BREACH');--> statement-breakpoint
CREATE TYPE "info_request_refusal" AS ENUM('NOT_PROVEN', 'NOT_ON_FILE', 'KEPT_BY_LAW', 'RIGHTS_OF_OTHERS', 'REPEATED', 'OTHER');--> statement-breakpoint
CREATE TYPE "info_request_kind" AS ENUM('ACCESS', 'COPY', 'CORRECT', 'DELETE', 'RESTRICT', 'EXPLAIN', 'DECEASED_NEXT_OF_KIN');--> statement-breakpoint
CREATE TYPE "info_request_state" AS ENUM('RECEIVED', 'IN_PROGRESS', 'DONE', 'REFUSED', 'WITHDRAWN');--> statement-breakpoint
CREATE TYPE "cooperation_remark" AS ENUM('WELL_DESCRIBED', 'WELL_PREPARED', 'EASY_TO_REACH', 'BADLY_DESCRIBED', 'NOT_PREPARED', 'HARD_TO_REACH', 'SHORT_NOTICE');--> statement-breakpoint
CREATE TYPE "service_remark" AS ENUM('ON_TIME', 'KIND', 'SKILLED', 'THOROUGH', 'LATE', 'UNKIND', 'POOR_WORK', 'UNFINISHED', 'ASKED_FOR_MONEY', 'UNSAFE');--> statement-breakpoint
CREATE TYPE "confirmation_state" AS ENUM('AWAITING', 'CONFIRMED', 'DISPUTED');--> statement-breakpoint
CREATE TYPE "confirmer" AS ENUM('BRANCH', 'FAMILY');--> statement-breakpoint
CREATE TYPE "dispute_reason" AS ENUM('NOT_RECEIVED', 'LESS_THAN_RECORDED', 'NOT_AS_AGREED', 'OTHER');--> statement-breakpoint
CREATE TYPE "received_by" AS ENUM('BENEFICIARY', 'FAMILY', 'STEWARD', 'OFFICER', 'GROUP');--> statement-breakpoint
CREATE TYPE "referral_origin" AS ENUM('PROPOSAL', 'CLAIM', 'REQUEST');--> statement-breakpoint
CREATE TYPE "referral_reason" AS ENUM('NO_CAPACITY', 'NOT_QUALIFIED', 'WRONG_TIME', 'TOO_FAR', 'OUT_OF_SCOPE', 'BENEFICIARY_DECLINED', 'BENEFICIARY_ABSENT', 'BENEFICIARY_ILL', 'SOLVED_OTHERWISE', 'STAFF_SHORTAGE', 'MATERIALS_MISSING', 'WEATHER', 'UNSAFE', 'SESSION_CANCELLED', 'WAITING_FOR_CONSENT', 'ENTERED_BY_MISTAKE', 'OTHER');--> statement-breakpoint
CREATE TYPE "referral_state" AS ENUM('DRAFT', 'REQUESTED', 'ACCEPTED', 'REJECTED', 'CANCELLED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'FAILED', 'ENTERED_IN_ERROR');--> statement-breakpoint
CREATE TYPE "kinship_relation" AS ENUM('SELF', 'DAUGHTER', 'SON', 'SPOUSE', 'PARENT', 'GRANDCHILD', 'SIBLING', 'GUARDIAN', 'OTHER');--> statement-breakpoint
CREATE TYPE "kinship_state" AS ENUM('CLAIMED', 'VERIFIED', 'REJECTED', 'REVOKED');--> statement-breakpoint
CREATE TYPE "residency_status" AS ENUM('REGISTERED_AND_PRESENT', 'PRESENT', 'REGISTERED_ABSENT', 'FLOATING');--> statement-breakpoint
CREATE TYPE "capacity_unit" AS ENUM('PERSON', 'VISIT', 'MEAL', 'SEAT', 'ITEM', 'MINUTE', 'FEN');--> statement-breakpoint
CREATE TYPE "area_code" AS ENUM('EAST', 'WEST');--> statement-breakpoint
CREATE TABLE "event_seal" (
	"community_id" uuid,
	"position" bigint,
	"event_id" uuid NOT NULL,
	"hash" bytea NOT NULL,
	"sealed_at" timestamp(3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"branch_id" uuid,
	"actor_id" uuid,
	"client_id" uuid,
	CONSTRAINT "event_seal_pkey" PRIMARY KEY("community_id","position"),
	CONSTRAINT "event_seal_position" CHECK ("position" > 0)
);
--> statement-breakpoint
CREATE TABLE "event" (
	"community_id" uuid,
	"id" uuid,
	"at" timestamp(3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"branch_id" uuid,
	"actor_id" uuid,
	"actor_role" text NOT NULL,
	"client_id" uuid,
	"request_id" text,
	"from_state" text,
	"to_state" text,
	"reason" text,
	"data" jsonb DEFAULT '{}' NOT NULL,
	CONSTRAINT "event_pkey" PRIMARY KEY("community_id","id")
);
--> statement-breakpoint
CREATE TABLE "idempotency_key" (
	"community_id" uuid,
	"account_id" uuid,
	"operation" text,
	"key" text,
	"input_hash" bytea NOT NULL,
	"result_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_pkey" PRIMARY KEY("community_id","account_id","operation","key")
);
--> statement-breakpoint
CREATE TABLE "event_unsealed" (
	"community_id" uuid,
	"event_id" uuid,
	CONSTRAINT "event_unsealed_pkey" PRIMARY KEY("community_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "register" (
	"community_id" uuid,
	"name" text,
	"last" integer NOT NULL,
	CONSTRAINT "register_pkey" PRIMARY KEY("community_id","name"),
	CONSTRAINT "register_last" CHECK ("last" > 0)
);
--> statement-breakpoint
CREATE TABLE "identity"."rights_change" (
	"id" uuid PRIMARY KEY,
	"subject_id" uuid NOT NULL,
	"transaction" xid8 DEFAULT pg_current_xact_id() NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "membership" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"state" "membership_state" NOT NULL,
	"since" date,
	"until" date,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "membership_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "membership_pair" UNIQUE("community_id","branch_id","organization_id")
);
--> statement-breakpoint
CREATE TABLE "organization" (
	"id" uuid PRIMARY KEY,
	"code" text NOT NULL CONSTRAINT "organization_code" UNIQUE,
	"name" text NOT NULL,
	"kind" "organization_kind" NOT NULL,
	"uscc" text CONSTRAINT "organization_uscc" UNIQUE,
	"wishes" text,
	"bigrams" text[] DEFAULT '{}'::text[] NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "organization_uscc_form" CHECK ("uscc" ~ '^[0-9A-HJ-NP-RTUW-Y]{18}$')
);
--> statement-breakpoint
CREATE TABLE "pact" (
	"community_id" uuid,
	"id" uuid,
	"membership_id" uuid NOT NULL,
	"number" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"items" jsonb NOT NULL,
	"state" "pact_state" NOT NULL,
	"branch_signed_at" timestamp(3) with time zone,
	"branch_signed_by" uuid,
	"organization_signed_at" timestamp(3) with time zone,
	"organization_signed_by" uuid,
	"terminated_on" date,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "pact_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "pact_number" UNIQUE("community_id","number"),
	CONSTRAINT "pact_period" CHECK ("ends_on" > "starts_on"),
	CONSTRAINT "pact_signed" CHECK ("state" <> 'SIGNED' or ("branch_signed_at" is not null and "organization_signed_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "identity"."api_client" (
	"id" uuid PRIMARY KEY,
	"community_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"branch_ids" uuid[] DEFAULT '{}'::uuid[] NOT NULL,
	"addresses" text[] DEFAULT '{}'::text[] NOT NULL,
	"points_per_minute" integer NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	"last_used_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "api_client_points" CHECK ("points_per_minute" > 0)
);
--> statement-breakpoint
CREATE TABLE "identity"."api_key" (
	"hash" text PRIMARY KEY,
	"client_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "identity"."external_identity" (
	"provider" text,
	"subject_index" bytea,
	"account_id" uuid NOT NULL,
	"linked_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "external_identity_pkey" PRIMARY KEY("provider","subject_index")
);
--> statement-breakpoint
CREATE TABLE "identity"."invitation" (
	"id" uuid PRIMARY KEY,
	"community_id" uuid NOT NULL,
	"role" "account_role" NOT NULL,
	"branch_id" uuid,
	"area_id" uuid,
	"organization_id" uuid,
	"valid_from" timestamp(3) with time zone,
	"valid_until" timestamp(3) with time zone,
	"code_hash" text NOT NULL,
	"invited_by" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"accepted_at" timestamp(3) with time zone,
	"accepted_by" uuid,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "invitation_acceptance" CHECK (("accepted_at" is null) = ("accepted_by" is null)),
	CONSTRAINT "invitation_end" CHECK ("accepted_at" is null or "revoked_at" is null)
);
--> statement-breakpoint
CREATE TABLE "identity"."password_reset" (
	"account_id" uuid PRIMARY KEY,
	"code_index" bytea NOT NULL,
	"issued_by" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"wrong_tries" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."totp" (
	"account_id" uuid PRIMARY KEY,
	"secret_sealed" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"confirmed_at" timestamp(3) with time zone,
	"last_step" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."account" (
	"id" uuid PRIMARY KEY,
	"login" text NOT NULL,
	"display_name" text NOT NULL,
	"password_hash" text,
	"active" boolean DEFAULT true NOT NULL,
	"is_demo" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "account_login_form" CHECK ("login" = lower("login") and length("login") between 2 and 64)
);
--> statement-breakpoint
CREATE TABLE "identity"."refresh_token" (
	"hash" text PRIMARY KEY,
	"family_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"community_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "identity"."role_assignment" (
	"id" uuid PRIMARY KEY,
	"account_id" uuid NOT NULL,
	"community_id" uuid NOT NULL,
	"role" "account_role" NOT NULL,
	"branch_id" uuid,
	"area_id" uuid,
	"organization_id" uuid,
	"valid_from" timestamp(3) with time zone NOT NULL,
	"valid_until" timestamp(3) with time zone,
	CONSTRAINT "role_assignment_scope" CHECK (("role" in ('BRANCH_SECRETARY', 'GENERALIST_WORKER')) = ("branch_id" is not null) and ("role" = 'ESTATE_OFFICER') = ("area_id" is not null) and ("role" = 'LIAISON') = ("organization_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "match_plan" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid,
	"state" "plan_state" NOT NULL,
	"progress" smallint DEFAULT 0 NOT NULL,
	"dry_run" boolean DEFAULT false NOT NULL,
	"policy_version" integer NOT NULL,
	"horizon_start" timestamp(3) with time zone NOT NULL,
	"horizon_end" timestamp(3) with time zone NOT NULL,
	"pinned" jsonb DEFAULT '[]' NOT NULL,
	"forbidden" jsonb DEFAULT '[]' NOT NULL,
	"budget_seconds" smallint DEFAULT 10 NOT NULL,
	"totals" jsonb,
	"proof" jsonb,
	"failure" text,
	"created_by" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	"published_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "match_plan_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "match_plan_horizon" CHECK ("horizon_end" > "horizon_start"),
	CONSTRAINT "match_plan_budget" CHECK ("budget_seconds" between 0 and 120),
	CONSTRAINT "match_plan_progress" CHECK ("progress" between 0 and 100)
);
--> statement-breakpoint
CREATE TABLE "match_policy" (
	"community_id" uuid,
	"version" integer,
	"weights" jsonb NOT NULL,
	"reason" text NOT NULL,
	"valid_from" timestamp(3) with time zone NOT NULL,
	"created_by" uuid,
	CONSTRAINT "match_policy_pkey" PRIMARY KEY("community_id","version"),
	CONSTRAINT "match_policy_version" CHECK ("version" > 0)
);
--> statement-breakpoint
CREATE TABLE "match" (
	"community_id" uuid,
	"id" uuid,
	"plan_id" uuid NOT NULL,
	"need_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"branch_id" uuid NOT NULL,
	"quantity" bigint NOT NULL,
	"state" "match_state" NOT NULL,
	"rank_position" integer NOT NULL,
	"tier" smallint NOT NULL,
	"points" integer NOT NULL,
	"cost" integer NOT NULL,
	"explanation" jsonb NOT NULL,
	"respond_by" timestamp(3) with time zone,
	"continued_as" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "match_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "match_quantity" CHECK ("quantity" > 0),
	CONSTRAINT "match_cost" CHECK ("cost" between 0 and 9999)
);
--> statement-breakpoint
CREATE TABLE "pair_exclusion" (
	"community_id" uuid,
	"id" uuid,
	"need_id" uuid NOT NULL,
	"offer_id" uuid NOT NULL,
	"session_id" uuid,
	"reason" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"created_by" uuid,
	CONSTRAINT "pair_exclusion_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "pair_exclusion_once" UNIQUE NULLS NOT DISTINCT("community_id","need_id","offer_id","session_id"),
	CONSTRAINT "pair_exclusion_extent" CHECK (("session_id" is not null) = ("reason" in ('NO_CAPACITY', 'WRONG_TIME', 'BENEFICIARY_ABSENT', 'BENEFICIARY_ILL', 'STAFF_SHORTAGE', 'MATERIALS_MISSING', 'WEATHER', 'SESSION_CANCELLED', 'WAITING_FOR_CONSENT', 'ENTERED_BY_MISTAKE')))
);
--> statement-breakpoint
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
CREATE TABLE "unmatched_need" (
	"community_id" uuid,
	"plan_id" uuid,
	"need_id" uuid,
	"rank_position" integer NOT NULL,
	"quantity" bigint NOT NULL,
	"reason" text NOT NULL,
	"certificate" jsonb NOT NULL,
	CONSTRAINT "unmatched_need_pkey" PRIMARY KEY("community_id","plan_id","need_id"),
	CONSTRAINT "unmatched_quantity" CHECK ("quantity" > 0)
);
--> statement-breakpoint
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
CREATE TABLE "need" (
	"community_id" uuid,
	"id" uuid,
	"number" text NOT NULL,
	"branch_id" uuid NOT NULL,
	"category_code" text NOT NULL,
	"beneficiary_kind" "beneficiary_kind" NOT NULL,
	"beneficiary_organization_id" uuid,
	"beneficiary_group" text,
	"requester_kind" "requester_kind" NOT NULL,
	"requester_organization_id" uuid,
	"channel" "channel" NOT NULL,
	"state" "need_state" NOT NULL,
	"urgency" "urgency" NOT NULL,
	"quantity" bigint NOT NULL,
	"committed" bigint DEFAULT 0 NOT NULL,
	"fulfilled" bigint DEFAULT 0 NOT NULL,
	"minimum_quantity" bigint DEFAULT 1 NOT NULL,
	"together_with_id" uuid,
	"modes" "mode"[] NOT NULL,
	"windows" jsonb DEFAULT '[]' NOT NULL,
	"deadline" timestamp(3) with time zone,
	"accepts_cost_fen" bigint DEFAULT 0 NOT NULL,
	"floor" smallint,
	"no_lift" boolean DEFAULT false NOT NULL,
	"wheelchair" boolean DEFAULT false NOT NULL,
	"languages" "language"[] DEFAULT '{}'::"language"[] NOT NULL,
	"submitted_at" timestamp(3) with time zone NOT NULL,
	"opened_at" timestamp(3) with time zone,
	"closed_at" timestamp(3) with time zone,
	"close_reason" "need_close_reason",
	"merged_into_id" uuid,
	"transferred_to" "transfer_target",
	"left_out" smallint DEFAULT 0 NOT NULL,
	"left_out_on" date,
	"emptied_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "need_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "need_number" UNIQUE("community_id","number"),
	CONSTRAINT "need_quantity" CHECK ("quantity" between 1 and 9007199254740991),
	CONSTRAINT "need_minimum" CHECK ("minimum_quantity" between 1 and "quantity"),
	CONSTRAINT "need_together_other" CHECK ("together_with_id" <> "id"),
	CONSTRAINT "need_covered" CHECK ("committed" >= 0 and "fulfilled" >= 0 and "committed" + "fulfilled" <= "quantity"),
	CONSTRAINT "need_cost" CHECK ("accepts_cost_fen" >= 0),
	CONSTRAINT "need_modes" CHECK (cardinality("modes") > 0),
	CONSTRAINT "need_windows" CHECK (jsonb_typeof("windows") = 'array'),
	CONSTRAINT "need_merged" CHECK (("state" = 'MERGED') = ("merged_into_id" is not null)),
	CONSTRAINT "need_transferred" CHECK (("state" = 'TRANSFERRED') = ("transferred_to" is not null)),
	CONSTRAINT "need_left_out" CHECK ("left_out" >= 0)
);
--> statement-breakpoint
CREATE TABLE "offer" (
	"community_id" uuid,
	"id" uuid,
	"organization_id" uuid NOT NULL,
	"category_code" text,
	"covers_children" boolean DEFAULT false NOT NULL,
	"title" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"bigrams" text[] DEFAULT '{}'::text[] NOT NULL,
	"state" "offer_state" DEFAULT 'DRAFT'::"offer_state" NOT NULL,
	"modes" "mode"[] DEFAULT '{}'::"mode"[] NOT NULL,
	"lead_time_minutes" integer DEFAULT 0 NOT NULL,
	"cost_fen" bigint DEFAULT 0 NOT NULL,
	"volunteer" boolean DEFAULT true NOT NULL,
	"needs_assessment" boolean DEFAULT false NOT NULL,
	"valid_from" date,
	"valid_until" date,
	"filing_number" text,
	"filing_valid_until" date,
	"min_age_months" integer,
	"max_age_months" integer,
	"care_categories" "care_category"[] DEFAULT '{}'::"care_category"[] NOT NULL,
	"eligible_building_ids" uuid[] DEFAULT '{}'::uuid[] NOT NULL,
	"branch_ids" uuid[] DEFAULT '{}'::uuid[] NOT NULL,
	"languages" "language"[] DEFAULT '{}'::"language"[] NOT NULL,
	"last_assured_on" date,
	"pause_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"published_at" timestamp(3) with time zone,
	CONSTRAINT "offer_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "offer_cost" CHECK ("cost_fen" >= 0 and (not "volunteer" or "cost_fen" = 0)),
	CONSTRAINT "offer_lead_time" CHECK ("lead_time_minutes" >= 0),
	CONSTRAINT "offer_ages" CHECK (coalesce("min_age_months", 0) >= 0 and ("max_age_months" is null or "max_age_months" > coalesce("min_age_months", 0))),
	CONSTRAINT "offer_validity" CHECK ("valid_until" >= "valid_from"),
	CONSTRAINT "offer_publishable" CHECK ("state" not in ('PUBLISHED', 'PAUSED') or ("category_code" is not null and cardinality("modes") > 0))
);
--> statement-breakpoint
CREATE TABLE "session" (
	"community_id" uuid,
	"id" uuid,
	"offer_id" uuid NOT NULL,
	"state" "session_state" DEFAULT 'SCHEDULED'::"session_state" NOT NULL,
	"starts_at" timestamp(3) with time zone,
	"ends_at" timestamp(3) with time zone,
	"capacity" bigint NOT NULL,
	"reserved" bigint DEFAULT 0 NOT NULL,
	"building_id" uuid,
	"place" text DEFAULT '' NOT NULL,
	"minimum_attendance" bigint DEFAULT 0 NOT NULL,
	"branch_quotas" jsonb DEFAULT '[]' NOT NULL,
	"resource_keys" text[] DEFAULT '{}'::text[] NOT NULL,
	"cancel_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "session_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "session_capacity" CHECK ("capacity" >= 0 and "reserved" >= 0 and "reserved" <= "capacity"),
	CONSTRAINT "session_capacity_safe" CHECK ("capacity" <= 9007199254740991),
	CONSTRAINT "session_minimum" CHECK ("minimum_attendance" between 0 and "capacity"),
	CONSTRAINT "session_quotas" CHECK (jsonb_typeof("branch_quotas") = 'array'),
	CONSTRAINT "session_terms_dated" CHECK ("starts_at" is not null or ("minimum_attendance" = 0 and cardinality("resource_keys") = 0)),
	CONSTRAINT "session_times" CHECK (("starts_at" is null) = ("ends_at" is null) and "ends_at" > "starts_at")
);
--> statement-breakpoint
CREATE TABLE "personal"."access_log" (
	"community_id" uuid,
	"id" uuid,
	"at" timestamp(3) with time zone NOT NULL,
	"account_id" uuid,
	"actor_role" text NOT NULL,
	"purpose" "system_purpose",
	"action" text NOT NULL,
	"resident_id" uuid,
	"branch_id" uuid,
	"request_id" text,
	"detail" jsonb DEFAULT '{}' NOT NULL,
	CONSTRAINT "access_log_pkey" PRIMARY KEY("community_id","id")
);
--> statement-breakpoint
ALTER TABLE "personal"."access_log" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "personal"."consent" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"resident_id" uuid NOT NULL,
	"purpose" "consent_purpose" NOT NULL,
	"data_class" "data_class" NOT NULL,
	"need_id" uuid,
	"organization_id" uuid,
	"relation" "kinship_relation" NOT NULL,
	"method" "consent_method" NOT NULL,
	"notice_version" text NOT NULL,
	"granted_by" uuid,
	"granted_at" timestamp(3) with time zone NOT NULL,
	"withdrawal_relation" "kinship_relation",
	"withdrawal_method" "consent_method",
	"withdrawn_by" uuid,
	"withdrawn_at" timestamp(3) with time zone,
	CONSTRAINT "consent_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "consent_narrowed" CHECK ("purpose" <> 'HEALTH_MATCHING' or ("need_id" is null and "organization_id" is null)),
	CONSTRAINT "consent_withdrawal" CHECK (("withdrawn_at" is null) = ("withdrawal_relation" is null) and ("withdrawn_at" is null) = ("withdrawal_method" is null))
);
--> statement-breakpoint
ALTER TABLE "personal"."consent" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "personal"."erasure" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"resident_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"erased_at" timestamp(3) with time zone NOT NULL,
	"executed_by" uuid,
	"requested_by" uuid,
	"counts" jsonb NOT NULL,
	CONSTRAINT "erasure_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "erasure_one" UNIQUE("community_id","resident_id"),
	CONSTRAINT "erasure_counts" CHECK (jsonb_typeof("counts") = 'object')
);
--> statement-breakpoint
ALTER TABLE "personal"."erasure" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "personal"."legal_hold" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"resident_id" uuid NOT NULL,
	"reason" "legal_hold_reason" NOT NULL,
	"until" date NOT NULL,
	"set_by" uuid,
	"set_at" timestamp(3) with time zone NOT NULL,
	"lifted_by" uuid,
	"lifted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "legal_hold_pkey" PRIMARY KEY("community_id","id")
);
--> statement-breakpoint
ALTER TABLE "personal"."legal_hold" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "personal"."info_request" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"resident_id" uuid NOT NULL,
	"kind" "info_request_kind" NOT NULL,
	"state" "info_request_state" NOT NULL,
	"requested_by" uuid,
	"relation" "kinship_relation" NOT NULL,
	"on_behalf" boolean NOT NULL,
	"channel" "channel" NOT NULL,
	"words_sealed" bytea,
	"deceased_on" date,
	"due_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"decided_at" timestamp(3) with time zone,
	"decided_by" uuid,
	"refusal_reason" "info_request_refusal",
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "info_request_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "info_request_refused" CHECK (("state" = 'REFUSED') = ("refusal_reason" is not null)),
	CONSTRAINT "info_request_decided" CHECK (("state" in ('RECEIVED', 'IN_PROGRESS')) = ("decided_at" is null)),
	CONSTRAINT "info_request_deceased" CHECK (("kind" = 'DECEASED_NEXT_OF_KIN') = ("deceased_on" is not null))
);
--> statement-breakpoint
ALTER TABLE "personal"."info_request" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "cooperation_rating" (
	"community_id" uuid,
	"referral_id" uuid,
	"score" smallint NOT NULL,
	"remarks" "cooperation_remark"[] DEFAULT '{}'::"cooperation_remark"[] NOT NULL,
	"rated_by" uuid,
	"rated_at" timestamp(3) with time zone NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "cooperation_rating_pkey" PRIMARY KEY("community_id","referral_id"),
	CONSTRAINT "cooperation_rating_score" CHECK ("score" between 1 and 5)
);
--> statement-breakpoint
CREATE TABLE "personal"."service_rating" (
	"community_id" uuid,
	"referral_id" uuid,
	"branch_id" uuid NOT NULL,
	"need_id" uuid NOT NULL,
	"beneficiary_id" uuid,
	"requester_account_id" uuid,
	"score" smallint NOT NULL,
	"remarks" "service_remark"[] DEFAULT '{}'::"service_remark"[] NOT NULL,
	"note_sealed" bytea NOT NULL,
	"rated_as" "confirmer" NOT NULL,
	"rated_by" uuid,
	"rated_at" timestamp(3) with time zone NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "service_rating_pkey" PRIMARY KEY("community_id","referral_id"),
	CONSTRAINT "service_rating_score" CHECK ("score" between 1 and 5)
);
--> statement-breakpoint
ALTER TABLE "personal"."service_rating" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "referral" (
	"community_id" uuid,
	"id" uuid,
	"number" text NOT NULL,
	"need_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"branch_id" uuid NOT NULL,
	"match_id" uuid,
	"origin" "referral_origin" NOT NULL,
	"state" "referral_state" NOT NULL,
	"quantity" bigint NOT NULL,
	"reason" "referral_reason",
	"requested_by" uuid,
	"requested_at" timestamp(3) with time zone,
	"respond_by" timestamp(3) with time zone,
	"accepted_at" timestamp(3) with time zone,
	"closed_at" timestamp(3) with time zone,
	"decision" jsonb DEFAULT '{}' NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "referral_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "referral_number" UNIQUE("community_id","number"),
	CONSTRAINT "referral_quantity" CHECK ("quantity" > 0),
	CONSTRAINT "referral_reason_given" CHECK ("state" not in ('REJECTED', 'CANCELLED', 'ON_HOLD', 'FAILED') or "reason" is not null)
);
--> statement-breakpoint
CREATE TABLE "service_record" (
	"community_id" uuid,
	"id" uuid,
	"referral_id" uuid NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone NOT NULL,
	"quantity" bigint NOT NULL,
	"received_by" "received_by" NOT NULL,
	"evidence" jsonb DEFAULT '[]' NOT NULL,
	"recorded_by" uuid,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"place" text DEFAULT '' NOT NULL,
	"confirmation" "confirmation_state" DEFAULT 'AWAITING'::"confirmation_state" NOT NULL,
	"dispute_reason" "dispute_reason",
	"confirmed_as" "confirmer",
	"confirmed_by" uuid,
	"confirmed_at" timestamp(3) with time zone,
	CONSTRAINT "service_record_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "service_record_one" UNIQUE("community_id","referral_id"),
	CONSTRAINT "service_record_times" CHECK ("ended_at" >= "started_at"),
	CONSTRAINT "service_record_quantity" CHECK ("quantity" > 0),
	CONSTRAINT "service_record_confirmed" CHECK (("confirmation" = 'AWAITING') = ("confirmed_at" is null)),
	CONSTRAINT "service_record_disputed" CHECK (("confirmation" = 'DISPUTED') = ("dispute_reason" is not null))
);
--> statement-breakpoint
CREATE TABLE "personal"."kinship" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"resident_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"relation" "kinship_relation" NOT NULL,
	"state" "kinship_state" NOT NULL,
	"verified_by" uuid,
	"verified_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "kinship_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "kinship_verified" CHECK ("state" <> 'VERIFIED' or "verified_at" is not null)
);
--> statement-breakpoint
ALTER TABLE "personal"."kinship" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "personal"."need_detail" (
	"community_id" uuid,
	"need_id" uuid,
	"branch_id" uuid NOT NULL,
	"beneficiary_id" uuid,
	"requester_account_id" uuid,
	"building_id" uuid,
	"description_sealed" bytea NOT NULL,
	"description_index" integer[] DEFAULT '{}'::integer[] NOT NULL,
	"access_notes_sealed" bytea,
	CONSTRAINT "need_detail_pkey" PRIMARY KEY("community_id","need_id")
);
--> statement-breakpoint
ALTER TABLE "personal"."need_detail" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "personal"."resident" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"building_id" uuid NOT NULL,
	"name_sealed" bytea NOT NULL,
	"name_index" bytea NOT NULL,
	"phone_sealed" bytea,
	"phone_index" bytea,
	"room_sealed" bytea,
	"profile_sealed" bytea NOT NULL,
	"birth_year_index" bytea NOT NULL,
	"care_index" integer[] NOT NULL,
	"residency_status" "residency_status" NOT NULL,
	"opted_out" boolean DEFAULT false NOT NULL,
	"restricted" boolean DEFAULT false NOT NULL,
	"deceased_on" date,
	"erased_at" timestamp(3) with time zone,
	"is_test" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "resident_pkey" PRIMARY KEY("community_id","id")
);
--> statement-breakpoint
ALTER TABLE "personal"."resident" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "service_category" (
	"code" text PRIMARY KEY,
	"parent_code" text,
	"path" text NOT NULL CONSTRAINT "service_category_path" UNIQUE,
	"label_zh" text NOT NULL,
	"label_en" text NOT NULL,
	"open_eligibility" text,
	"capacity_unit" "capacity_unit" NOT NULL,
	"matchable" boolean NOT NULL,
	"needs_filing" boolean DEFAULT false NOT NULL,
	"needs_consent" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "area" (
	"community_id" uuid,
	"id" uuid,
	"code" "area_code" NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "area_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "area_code_unique" UNIQUE("community_id","code")
);
--> statement-breakpoint
CREATE TABLE "branch" (
	"community_id" uuid,
	"id" uuid,
	"area_id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "branch_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "branch_code" UNIQUE("community_id","code")
);
--> statement-breakpoint
CREATE TABLE "building" (
	"community_id" uuid,
	"id" uuid,
	"branch_id" uuid NOT NULL,
	"block_no" smallint NOT NULL,
	"entrance_no" smallint NOT NULL,
	"storeys" smallint NOT NULL,
	"dwellings" smallint NOT NULL,
	"has_lift" boolean DEFAULT false NOT NULL,
	"east_m" integer NOT NULL,
	"north_m" integer NOT NULL,
	CONSTRAINT "building_pkey" PRIMARY KEY("community_id","id"),
	CONSTRAINT "building_number" UNIQUE("community_id","block_no","entrance_no"),
	CONSTRAINT "building_numbers" CHECK ("block_no" > 0 and "entrance_no" > 0 and "storeys" > 0 and "dwellings" >= 0)
);
--> statement-breakpoint
CREATE TABLE "community" (
	"id" uuid PRIMARY KEY,
	"code" text NOT NULL CONSTRAINT "community_code" UNIQUE,
	"name" text NOT NULL,
	"subdistrict_name" text NOT NULL,
	"district_code" text NOT NULL,
	"subdistrict_code" text NOT NULL,
	"admin_code12" text,
	"built_around" smallint,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "community_district_code" CHECK ("district_code" ~ '^[0-9]{6}$'),
	CONSTRAINT "community_subdistrict_code" CHECK ("subdistrict_code" ~ '^[0-9]{9}$' and left("subdistrict_code", 6) = "district_code"),
	CONSTRAINT "community_admin_code" CHECK ("admin_code12" ~ '^[0-9]{12}$' and left("admin_code12", 9) = "subdistrict_code")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "event_seal_once" ON "event_seal" ("community_id","event_id");--> statement-breakpoint
CREATE INDEX "event_seal_by_time" ON "event_seal" ("community_id","sealed_at","position");--> statement-breakpoint
CREATE INDEX "event_seal_by_kind" ON "event_seal" ("community_id","kind","position");--> statement-breakpoint
CREATE INDEX "event_seal_by_subject" ON "event_seal" ("community_id","subject_id","position");--> statement-breakpoint
CREATE INDEX "event_seal_by_branch" ON "event_seal" ("community_id","branch_id","position") WHERE "branch_id" is not null;--> statement-breakpoint
CREATE INDEX "event_seal_by_actor" ON "event_seal" ("community_id","actor_id","position") WHERE "actor_id" is not null;--> statement-breakpoint
CREATE INDEX "event_seal_by_client" ON "event_seal" ("community_id","client_id","position") WHERE "client_id" is not null;--> statement-breakpoint
CREATE INDEX "event_by_subject" ON "event" ("community_id","subject_type","subject_id","id");--> statement-breakpoint
CREATE INDEX "idempotency_key_age" ON "idempotency_key" ("community_id","created_at");--> statement-breakpoint
CREATE INDEX "rights_change_by_transaction" ON "identity"."rights_change" ("transaction");--> statement-breakpoint
CREATE INDEX "membership_by_organization" ON "membership" ("community_id","organization_id");--> statement-breakpoint
CREATE INDEX "membership_by_organization_reference" ON "membership" ("organization_id");--> statement-breakpoint
CREATE INDEX "organization_by_name" ON "organization" ("name","id");--> statement-breakpoint
CREATE INDEX "organization_bigrams" ON "organization" USING gin ("bigrams");--> statement-breakpoint
CREATE INDEX "pact_by_membership" ON "pact" ("community_id","membership_id","starts_on");--> statement-breakpoint
CREATE INDEX "api_client_by_community" ON "identity"."api_client" ("community_id","id");--> statement-breakpoint
CREATE INDEX "api_client_by_account" ON "identity"."api_client" ("account_id");--> statement-breakpoint
CREATE INDEX "api_key_by_client" ON "identity"."api_key" ("client_id");--> statement-breakpoint
CREATE UNIQUE INDEX "external_identity_of_account" ON "identity"."external_identity" ("account_id","provider");--> statement-breakpoint
CREATE UNIQUE INDEX "invitation_code" ON "identity"."invitation" ("code_hash");--> statement-breakpoint
CREATE INDEX "invitation_by_community" ON "identity"."invitation" ("community_id","id");--> statement-breakpoint
CREATE INDEX "invitation_by_inviter" ON "identity"."invitation" ("invited_by");--> statement-breakpoint
CREATE INDEX "invitation_by_acceptor" ON "identity"."invitation" ("accepted_by");--> statement-breakpoint
CREATE INDEX "invitation_by_expiry" ON "identity"."invitation" ("expires_at");--> statement-breakpoint
CREATE INDEX "password_reset_by_issuer" ON "identity"."password_reset" ("issued_by");--> statement-breakpoint
CREATE UNIQUE INDEX "account_login" ON "identity"."account" ("login");--> statement-breakpoint
CREATE INDEX "refresh_token_family" ON "identity"."refresh_token" ("family_id");--> statement-breakpoint
CREATE INDEX "refresh_token_by_account" ON "identity"."refresh_token" ("account_id");--> statement-breakpoint
CREATE INDEX "refresh_token_by_expiry" ON "identity"."refresh_token" ("expires_at");--> statement-breakpoint
CREATE INDEX "refresh_token_by_death" ON "identity"."refresh_token" ("revoked_at") WHERE "revoked_at" is not null;--> statement-breakpoint
CREATE INDEX "role_assignment_by_account" ON "identity"."role_assignment" ("account_id","community_id");--> statement-breakpoint
CREATE INDEX "match_plan_by_branch" ON "match_plan" ("community_id","branch_id","id");--> statement-breakpoint
CREATE INDEX "match_plan_by_policy" ON "match_plan" ("community_id","policy_version");--> statement-breakpoint
CREATE INDEX "match_plan_newest" ON "match_plan" ("community_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "match_plan_running" ON "match_plan" ("community_id",coalesce("branch_id", "community_id")) WHERE "state" in ('QUEUED', 'RUNNING');--> statement-breakpoint
CREATE UNIQUE INDEX "match_pair" ON "match" ("community_id","plan_id","need_id","session_id");--> statement-breakpoint
CREATE INDEX "match_in_order" ON "match" ("community_id","plan_id","rank_position","id");--> statement-breakpoint
CREATE INDEX "match_by_need" ON "match" ("community_id","need_id","state","id");--> statement-breakpoint
CREATE INDEX "match_by_session" ON "match" ("community_id","session_id","state");--> statement-breakpoint
CREATE INDEX "match_by_organization" ON "match" ("community_id","organization_id","state","id");--> statement-breakpoint
CREATE INDEX "match_by_organization_reference" ON "match" ("organization_id");--> statement-breakpoint
CREATE INDEX "match_by_branch" ON "match" ("community_id","branch_id");--> statement-breakpoint
CREATE INDEX "match_by_continuation" ON "match" ("community_id","continued_as");--> statement-breakpoint
CREATE INDEX "pair_exclusion_by_offer" ON "pair_exclusion" ("community_id","offer_id");--> statement-breakpoint
CREATE INDEX "pair_exclusion_by_session" ON "pair_exclusion" ("community_id","session_id");--> statement-breakpoint
CREATE INDEX "plan_change_by_kind" ON "plan_change" ("community_id","plan_id","kind","position");--> statement-breakpoint
CREATE INDEX "plan_change_by_occasion" ON "plan_change" ("community_id","plan_id","occasion_id","position");--> statement-breakpoint
CREATE INDEX "plan_change_by_need" ON "plan_change" ("community_id","need_id");--> statement-breakpoint
CREATE INDEX "plan_change_by_from" ON "plan_change" ("community_id","from_session_id");--> statement-breakpoint
CREATE INDEX "plan_change_by_to" ON "plan_change" ("community_id","to_session_id");--> statement-breakpoint
CREATE INDEX "unmatched_in_order" ON "unmatched_need" ("community_id","plan_id","rank_position","need_id");--> statement-breakpoint
CREATE INDEX "unmatched_by_need" ON "unmatched_need" ("community_id","need_id");--> statement-breakpoint
CREATE INDEX "override_note_by_need" ON "personal"."override_note" ("community_id","need_id");--> statement-breakpoint
CREATE INDEX "override_note_by_branch" ON "personal"."override_note" ("community_id","branch_id");--> statement-breakpoint
CREATE INDEX "need_by_waiting" ON "need" ("community_id","branch_id","state","submitted_at","id");--> statement-breakpoint
CREATE INDEX "need_by_urgency" ON "need" ("community_id","branch_id","state","urgency","submitted_at","id");--> statement-breakpoint
CREATE INDEX "need_in_waiting" ON "need" ("community_id","submitted_at","id");--> statement-breakpoint
CREATE INDEX "need_in_urgency" ON "need" ("community_id","urgency","submitted_at","id");--> statement-breakpoint
CREATE INDEX "need_by_category" ON "need" ("community_id","category_code","state","submitted_at","id");--> statement-breakpoint
CREATE INDEX "need_by_category_reference" ON "need" ("category_code");--> statement-breakpoint
CREATE INDEX "need_by_requester_organization" ON "need" ("community_id","requester_organization_id","id");--> statement-breakpoint
CREATE INDEX "need_by_requester_organization_reference" ON "need" ("requester_organization_id");--> statement-breakpoint
CREATE INDEX "need_by_beneficiary_organization_reference" ON "need" ("beneficiary_organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "need_together" ON "need" ("community_id","together_with_id");--> statement-breakpoint
CREATE INDEX "need_by_close" ON "need" ("community_id","closed_at") WHERE "emptied_at" is null;--> statement-breakpoint
CREATE INDEX "need_by_merged_into" ON "need" ("community_id","merged_into_id");--> statement-breakpoint
CREATE INDEX "offer_by_organization" ON "offer" ("community_id","organization_id","id");--> statement-breakpoint
CREATE INDEX "offer_by_organization_reference" ON "offer" ("organization_id");--> statement-breakpoint
CREATE INDEX "offer_by_category_reference" ON "offer" ("category_code");--> statement-breakpoint
CREATE INDEX "offer_by_state" ON "offer" ("community_id","state","id");--> statement-breakpoint
CREATE INDEX "offer_by_category" ON "offer" ("community_id","category_code","state","id");--> statement-breakpoint
CREATE INDEX "offer_bigrams" ON "offer" USING gin ("bigrams");--> statement-breakpoint
CREATE INDEX "session_by_offer" ON "session" ("community_id","offer_id","starts_at","id");--> statement-breakpoint
CREATE INDEX "session_by_start" ON "session" ("community_id",coalesce("starts_at", 'infinity'::timestamptz),"id");--> statement-breakpoint
CREATE INDEX "session_by_building" ON "session" ("community_id","building_id");--> statement-breakpoint
CREATE INDEX "access_log_by_resident" ON "personal"."access_log" ("community_id","resident_id","id");--> statement-breakpoint
CREATE INDEX "access_log_by_branch" ON "personal"."access_log" ("community_id","branch_id","id");--> statement-breakpoint
CREATE INDEX "access_log_by_time" ON "personal"."access_log" ("community_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "consent_valid" ON "personal"."consent" ("community_id","resident_id","purpose",coalesce("need_id", '00000000-0000-0000-0000-000000000000'::uuid),coalesce("organization_id", '00000000-0000-0000-0000-000000000000'::uuid),"notice_version") WHERE "withdrawn_at" is null;--> statement-breakpoint
CREATE INDEX "consent_by_resident" ON "personal"."consent" ("community_id","resident_id","id");--> statement-breakpoint
CREATE INDEX "consent_by_branch" ON "personal"."consent" ("community_id","branch_id");--> statement-breakpoint
CREATE INDEX "consent_by_need" ON "personal"."consent" ("community_id","need_id");--> statement-breakpoint
CREATE INDEX "consent_by_organization_reference" ON "personal"."consent" ("organization_id");--> statement-breakpoint
CREATE INDEX "erasure_by_request" ON "personal"."erasure" ("community_id","request_id");--> statement-breakpoint
CREATE INDEX "erasure_by_branch" ON "personal"."erasure" ("community_id","branch_id");--> statement-breakpoint
CREATE INDEX "legal_hold_by_resident" ON "personal"."legal_hold" ("community_id","resident_id","id");--> statement-breakpoint
CREATE INDEX "legal_hold_by_branch" ON "personal"."legal_hold" ("community_id","branch_id");--> statement-breakpoint
CREATE UNIQUE INDEX "info_request_open" ON "personal"."info_request" ("community_id","resident_id","kind") WHERE "state" in ('RECEIVED', 'IN_PROGRESS');--> statement-breakpoint
CREATE INDEX "info_request_by_resident" ON "personal"."info_request" ("community_id","resident_id","id");--> statement-breakpoint
CREATE INDEX "info_request_by_branch" ON "personal"."info_request" ("community_id","branch_id","due_at","id");--> statement-breakpoint
CREATE INDEX "info_request_by_requester" ON "personal"."info_request" ("community_id","requested_by","id");--> statement-breakpoint
CREATE INDEX "info_request_in_due" ON "personal"."info_request" ("community_id","due_at","id");--> statement-breakpoint
CREATE INDEX "service_rating_by_branch" ON "personal"."service_rating" ("community_id","branch_id","rated_at","referral_id");--> statement-breakpoint
CREATE INDEX "service_rating_by_need" ON "personal"."service_rating" ("community_id","need_id");--> statement-breakpoint
CREATE INDEX "service_rating_by_beneficiary" ON "personal"."service_rating" ("community_id","beneficiary_id");--> statement-breakpoint
CREATE INDEX "service_rating_by_requester" ON "personal"."service_rating" ("community_id","requester_account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "referral_of_match" ON "referral" ("community_id","match_id") WHERE "state" <> 'ENTERED_IN_ERROR';--> statement-breakpoint
CREATE INDEX "referral_by_match" ON "referral" ("community_id","match_id");--> statement-breakpoint
CREATE INDEX "referral_by_need" ON "referral" ("community_id","need_id","id");--> statement-breakpoint
CREATE INDEX "referral_by_session" ON "referral" ("community_id","session_id","id");--> statement-breakpoint
CREATE INDEX "referral_by_organization" ON "referral" ("community_id","organization_id","state","id");--> statement-breakpoint
CREATE INDEX "referral_by_organization_reference" ON "referral" ("organization_id");--> statement-breakpoint
CREATE INDEX "referral_by_branch" ON "referral" ("community_id","branch_id","state","id");--> statement-breakpoint
CREATE INDEX "service_record_by_confirmation" ON "service_record" ("community_id","confirmed_at");--> statement-breakpoint
CREATE UNIQUE INDEX "kinship_pair" ON "personal"."kinship" ("community_id","resident_id","account_id") WHERE "state" in ('CLAIMED', 'VERIFIED');--> statement-breakpoint
CREATE INDEX "kinship_by_resident" ON "personal"."kinship" ("community_id","resident_id");--> statement-breakpoint
CREATE INDEX "kinship_by_account" ON "personal"."kinship" ("community_id","account_id");--> statement-breakpoint
CREATE INDEX "kinship_by_branch" ON "personal"."kinship" ("community_id","branch_id");--> statement-breakpoint
CREATE INDEX "need_detail_by_beneficiary" ON "personal"."need_detail" ("community_id","beneficiary_id");--> statement-breakpoint
CREATE INDEX "need_detail_by_requester" ON "personal"."need_detail" ("community_id","requester_account_id");--> statement-breakpoint
CREATE INDEX "need_detail_by_branch" ON "personal"."need_detail" ("community_id","branch_id");--> statement-breakpoint
CREATE INDEX "need_detail_by_building" ON "personal"."need_detail" ("community_id","building_id");--> statement-breakpoint
CREATE INDEX "resident_by_branch" ON "personal"."resident" ("community_id","branch_id","id");--> statement-breakpoint
CREATE INDEX "resident_by_building" ON "personal"."resident" ("community_id","building_id");--> statement-breakpoint
CREATE INDEX "resident_by_birth" ON "personal"."resident" ("community_id","branch_id","birth_year_index","id");--> statement-breakpoint
CREATE INDEX "resident_by_name" ON "personal"."resident" ("community_id","name_index");--> statement-breakpoint
CREATE INDEX "resident_by_phone" ON "personal"."resident" ("community_id","phone_index");--> statement-breakpoint
CREATE INDEX "service_category_by_parent" ON "service_category" ("parent_code");--> statement-breakpoint
CREATE INDEX "branch_by_area" ON "branch" ("community_id","area_id");--> statement-breakpoint
CREATE INDEX "building_by_branch" ON "building" ("community_id","branch_id","block_no","entrance_no");--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id");--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "pact" ADD CONSTRAINT "pact_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "pact" ADD CONSTRAINT "pact_membership" FOREIGN KEY ("community_id","membership_id") REFERENCES "membership"("community_id","id");--> statement-breakpoint
ALTER TABLE "identity"."api_client" ADD CONSTRAINT "api_client_account_id_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."api_key" ADD CONSTRAINT "api_key_client_id_api_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "identity"."api_client"("id");--> statement-breakpoint
ALTER TABLE "identity"."external_identity" ADD CONSTRAINT "external_identity_account_id_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."invitation" ADD CONSTRAINT "invitation_invited_by_account_id_fkey" FOREIGN KEY ("invited_by") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."invitation" ADD CONSTRAINT "invitation_accepted_by_account_id_fkey" FOREIGN KEY ("accepted_by") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."password_reset" ADD CONSTRAINT "password_reset_account_id_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."password_reset" ADD CONSTRAINT "password_reset_issued_by_account_id_fkey" FOREIGN KEY ("issued_by") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."totp" ADD CONSTRAINT "totp_account_id_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."refresh_token" ADD CONSTRAINT "refresh_token_account_id_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "identity"."role_assignment" ADD CONSTRAINT "role_assignment_account_id_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "identity"."account"("id");--> statement-breakpoint
ALTER TABLE "match_plan" ADD CONSTRAINT "match_plan_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "match_plan" ADD CONSTRAINT "match_plan_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "match_plan" ADD CONSTRAINT "match_plan_policy" FOREIGN KEY ("community_id","policy_version") REFERENCES "match_policy"("community_id","version");--> statement-breakpoint
ALTER TABLE "match_policy" ADD CONSTRAINT "match_policy_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "match" ADD CONSTRAINT "match_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "match" ADD CONSTRAINT "match_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id");--> statement-breakpoint
ALTER TABLE "match" ADD CONSTRAINT "match_continued" FOREIGN KEY ("community_id","continued_as") REFERENCES "match"("community_id","id");--> statement-breakpoint
ALTER TABLE "match" ADD CONSTRAINT "match_of_plan" FOREIGN KEY ("community_id","plan_id") REFERENCES "match_plan"("community_id","id");--> statement-breakpoint
ALTER TABLE "match" ADD CONSTRAINT "match_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "match" ADD CONSTRAINT "match_session" FOREIGN KEY ("community_id","session_id") REFERENCES "session"("community_id","id");--> statement-breakpoint
ALTER TABLE "match" ADD CONSTRAINT "match_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "pair_exclusion" ADD CONSTRAINT "pair_exclusion_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "pair_exclusion" ADD CONSTRAINT "pair_exclusion_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "pair_exclusion" ADD CONSTRAINT "pair_exclusion_offer" FOREIGN KEY ("community_id","offer_id") REFERENCES "offer"("community_id","id");--> statement-breakpoint
ALTER TABLE "pair_exclusion" ADD CONSTRAINT "pair_exclusion_session" FOREIGN KEY ("community_id","session_id") REFERENCES "session"("community_id","id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_of_plan" FOREIGN KEY ("community_id","plan_id") REFERENCES "match_plan"("community_id","id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_from" FOREIGN KEY ("community_id","from_session_id") REFERENCES "session"("community_id","id");--> statement-breakpoint
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_to" FOREIGN KEY ("community_id","to_session_id") REFERENCES "session"("community_id","id");--> statement-breakpoint
ALTER TABLE "unmatched_need" ADD CONSTRAINT "unmatched_need_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "unmatched_need" ADD CONSTRAINT "unmatched_of_plan" FOREIGN KEY ("community_id","plan_id") REFERENCES "match_plan"("community_id","id");--> statement-breakpoint
ALTER TABLE "unmatched_need" ADD CONSTRAINT "unmatched_need_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."override_note" ADD CONSTRAINT "override_note_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."override_note" ADD CONSTRAINT "override_note_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_category_code_service_category_code_fkey" FOREIGN KEY ("category_code") REFERENCES "service_category"("code");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_beneficiary_organization_id_organization_id_fkey" FOREIGN KEY ("beneficiary_organization_id") REFERENCES "organization"("id");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_requester_organization_id_organization_id_fkey" FOREIGN KEY ("requester_organization_id") REFERENCES "organization"("id");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_merged_into" FOREIGN KEY ("community_id","merged_into_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "need" ADD CONSTRAINT "need_together_with" FOREIGN KEY ("community_id","together_with_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "offer" ADD CONSTRAINT "offer_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "offer" ADD CONSTRAINT "offer_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id");--> statement-breakpoint
ALTER TABLE "offer" ADD CONSTRAINT "offer_category_code_service_category_code_fkey" FOREIGN KEY ("category_code") REFERENCES "service_category"("code");--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_offer" FOREIGN KEY ("community_id","offer_id") REFERENCES "offer"("community_id","id");--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_building" FOREIGN KEY ("community_id","building_id") REFERENCES "building"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."consent" ADD CONSTRAINT "consent_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id");--> statement-breakpoint
ALTER TABLE "personal"."consent" ADD CONSTRAINT "consent_resident" FOREIGN KEY ("community_id","resident_id") REFERENCES "personal"."resident"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."consent" ADD CONSTRAINT "consent_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."consent" ADD CONSTRAINT "consent_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."erasure" ADD CONSTRAINT "erasure_resident" FOREIGN KEY ("community_id","resident_id") REFERENCES "personal"."resident"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."erasure" ADD CONSTRAINT "erasure_request" FOREIGN KEY ("community_id","request_id") REFERENCES "personal"."info_request"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."erasure" ADD CONSTRAINT "erasure_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."legal_hold" ADD CONSTRAINT "legal_hold_resident" FOREIGN KEY ("community_id","resident_id") REFERENCES "personal"."resident"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."legal_hold" ADD CONSTRAINT "legal_hold_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."info_request" ADD CONSTRAINT "info_request_resident" FOREIGN KEY ("community_id","resident_id") REFERENCES "personal"."resident"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."info_request" ADD CONSTRAINT "info_request_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "cooperation_rating" ADD CONSTRAINT "cooperation_rating_referral" FOREIGN KEY ("community_id","referral_id") REFERENCES "referral"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."service_rating" ADD CONSTRAINT "service_rating_referral" FOREIGN KEY ("community_id","referral_id") REFERENCES "referral"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."service_rating" ADD CONSTRAINT "service_rating_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."service_rating" ADD CONSTRAINT "service_rating_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."service_rating" ADD CONSTRAINT "service_rating_beneficiary" FOREIGN KEY ("community_id","beneficiary_id") REFERENCES "personal"."resident"("community_id","id");--> statement-breakpoint
ALTER TABLE "referral" ADD CONSTRAINT "referral_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "referral" ADD CONSTRAINT "referral_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id");--> statement-breakpoint
ALTER TABLE "referral" ADD CONSTRAINT "referral_need" FOREIGN KEY ("community_id","need_id") REFERENCES "need"("community_id","id");--> statement-breakpoint
ALTER TABLE "referral" ADD CONSTRAINT "referral_session" FOREIGN KEY ("community_id","session_id") REFERENCES "session"("community_id","id");--> statement-breakpoint
ALTER TABLE "referral" ADD CONSTRAINT "referral_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "referral" ADD CONSTRAINT "referral_match" FOREIGN KEY ("community_id","match_id") REFERENCES "match"("community_id","id");--> statement-breakpoint
ALTER TABLE "service_record" ADD CONSTRAINT "service_record_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "service_record" ADD CONSTRAINT "service_record_referral" FOREIGN KEY ("community_id","referral_id") REFERENCES "referral"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."kinship" ADD CONSTRAINT "kinship_resident" FOREIGN KEY ("community_id","resident_id") REFERENCES "personal"."resident"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."kinship" ADD CONSTRAINT "kinship_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."need_detail" ADD CONSTRAINT "need_detail_beneficiary" FOREIGN KEY ("community_id","beneficiary_id") REFERENCES "personal"."resident"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."need_detail" ADD CONSTRAINT "need_detail_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."need_detail" ADD CONSTRAINT "need_detail_building" FOREIGN KEY ("community_id","building_id") REFERENCES "building"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."resident" ADD CONSTRAINT "resident_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
ALTER TABLE "personal"."resident" ADD CONSTRAINT "resident_building" FOREIGN KEY ("community_id","building_id") REFERENCES "building"("community_id","id");--> statement-breakpoint
ALTER TABLE "service_category" ADD CONSTRAINT "service_category_parent_code_service_category_code_fkey" FOREIGN KEY ("parent_code") REFERENCES "service_category"("code");--> statement-breakpoint
ALTER TABLE "area" ADD CONSTRAINT "area_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "branch" ADD CONSTRAINT "branch_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "branch" ADD CONSTRAINT "branch_area" FOREIGN KEY ("community_id","area_id") REFERENCES "area"("community_id","id");--> statement-breakpoint
ALTER TABLE "building" ADD CONSTRAINT "building_community_id_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id");--> statement-breakpoint
ALTER TABLE "building" ADD CONSTRAINT "building_branch" FOREIGN KEY ("community_id","branch_id") REFERENCES "branch"("community_id","id");--> statement-breakpoint
CREATE POLICY "override_note_read" ON "personal"."override_note" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "override_note_written" ON "personal"."override_note" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "override_note_renewed" ON "personal"."override_note" AS PERMISSIVE FOR UPDATE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and current_setting('app.system', true) in ('key-rotation', 'rights', 'retention')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and current_setting('app.system', true) in ('key-rotation', 'rights', 'retention'));--> statement-breakpoint
CREATE POLICY "access_log_append" ON "personal"."access_log" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "access_log_wall" ON "personal"."access_log" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or position(resident_id::text in current_setting('app.kin', true)) > 0 or (account_id = nullif(current_setting('app.account', true), '')::uuid and resident_id is null) or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "access_log_retention" ON "personal"."access_log" AS PERMISSIVE FOR DELETE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and current_setting('app.system', true) = 'retention' and at < now() - interval '3 years');--> statement-breakpoint
CREATE POLICY "consent_wall" ON "personal"."consent" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "consent_grant" ON "personal"."consent" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "consent_withdraw" ON "personal"."consent" AS PERMISSIVE FOR UPDATE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "consent_retention" ON "personal"."consent" AS PERMISSIVE FOR DELETE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and current_setting('app.system', true) = 'retention' and withdrawn_at < now() - interval '3 years');--> statement-breakpoint
CREATE POLICY "consent_kin" ON "personal"."consent" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and position(resident_id::text in current_setting('app.kin', true)) > 0);--> statement-breakpoint
CREATE POLICY "consent_kin_grant" ON "personal"."consent" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and position(resident_id::text in current_setting('app.kin', true)) > 0 and granted_by = nullif(current_setting('app.account', true), '')::uuid and method = 'APP');--> statement-breakpoint
CREATE POLICY "consent_kin_withdraw" ON "personal"."consent" AS PERMISSIVE FOR UPDATE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and position(resident_id::text in current_setting('app.kin', true)) > 0) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and position(resident_id::text in current_setting('app.kin', true)) > 0 and withdrawn_by = nullif(current_setting('app.account', true), '')::uuid and withdrawal_method = 'APP');--> statement-breakpoint
CREATE POLICY "erasure_append" ON "personal"."erasure" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and coalesce(current_setting('app.system', true), '') <> '');--> statement-breakpoint
CREATE POLICY "erasure_wall" ON "personal"."erasure" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '' or requested_by = nullif(current_setting('app.account', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "legal_hold_wall" ON "personal"."legal_hold" AS PERMISSIVE FOR ALL TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "legal_hold_family" ON "personal"."legal_hold" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and position(resident_id::text in current_setting('app.kin', true)) > 0);--> statement-breakpoint
CREATE POLICY "info_request_wall" ON "personal"."info_request" AS PERMISSIVE FOR ALL TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "info_request_family" ON "personal"."info_request" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and position(resident_id::text in current_setting('app.kin', true)) > 0);--> statement-breakpoint
CREATE POLICY "info_request_own" ON "personal"."info_request" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and requested_by = nullif(current_setting('app.account', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "info_request_asked" ON "personal"."info_request" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and requested_by = nullif(current_setting('app.account', true), '')::uuid and position(resident_id::text in current_setting('app.kin', true)) > 0 and not on_behalf and state = 'RECEIVED');--> statement-breakpoint
CREATE POLICY "info_request_withdrawn" ON "personal"."info_request" AS PERMISSIVE FOR UPDATE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and requested_by = nullif(current_setting('app.account', true), '')::uuid) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and requested_by = nullif(current_setting('app.account', true), '')::uuid and state = 'WITHDRAWN');--> statement-breakpoint
CREATE POLICY "service_rating_wall" ON "personal"."service_rating" AS PERMISSIVE FOR ALL TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "service_rating_family" ON "personal"."service_rating" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(beneficiary_id::text in current_setting('app.kin', true)) > 0 or requester_account_id = nullif(current_setting('app.account', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "service_rating_said" ON "personal"."service_rating" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(beneficiary_id::text in current_setting('app.kin', true)) > 0 or requester_account_id = nullif(current_setting('app.account', true), '')::uuid) and rated_as = 'FAMILY' and rated_by = nullif(current_setting('app.account', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "service_rating_corrected" ON "personal"."service_rating" AS PERMISSIVE FOR UPDATE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(beneficiary_id::text in current_setting('app.kin', true)) > 0 or requester_account_id = nullif(current_setting('app.account', true), '')::uuid)) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(beneficiary_id::text in current_setting('app.kin', true)) > 0 or requester_account_id = nullif(current_setting('app.account', true), '')::uuid) and rated_as = 'FAMILY' and rated_by = nullif(current_setting('app.account', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "kinship_wall" ON "personal"."kinship" AS PERMISSIVE FOR ALL TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "kinship_own" ON "personal"."kinship" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and account_id = nullif(current_setting('app.account', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "kinship_own_end" ON "personal"."kinship" AS PERMISSIVE FOR UPDATE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and account_id = nullif(current_setting('app.account', true), '')::uuid) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and account_id = nullif(current_setting('app.account', true), '')::uuid and state = 'REVOKED');--> statement-breakpoint
CREATE POLICY "need_detail_wall" ON "personal"."need_detail" AS PERMISSIVE FOR ALL TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "need_detail_family" ON "personal"."need_detail" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(beneficiary_id::text in current_setting('app.kin', true)) > 0 or requester_account_id = nullif(current_setting('app.account', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "need_detail_asked" ON "personal"."need_detail" AS PERMISSIVE FOR INSERT TO public WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and requester_account_id = nullif(current_setting('app.account', true), '')::uuid and (beneficiary_id is null or position(beneficiary_id::text in current_setting('app.kin', true)) > 0));--> statement-breakpoint
CREATE POLICY "need_detail_corrected" ON "personal"."need_detail" AS PERMISSIVE FOR UPDATE TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(beneficiary_id::text in current_setting('app.kin', true)) > 0 or requester_account_id = nullif(current_setting('app.account', true), '')::uuid)) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(beneficiary_id::text in current_setting('app.kin', true)) > 0 or requester_account_id = nullif(current_setting('app.account', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "resident_wall" ON "personal"."resident" AS PERMISSIVE FOR ALL TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> '')) WITH CHECK (community_id = nullif(current_setting('app.community', true), '')::uuid and (position(branch_id::text in current_setting('app.branches', true)) > 0 or coalesce(current_setting('app.system', true), '') <> ''));--> statement-breakpoint
CREATE POLICY "resident_kin" ON "personal"."resident" AS PERMISSIVE FOR SELECT TO public USING (community_id = nullif(current_setting('app.community', true), '')::uuid and position(id::text in current_setting('app.kin', true)) > 0);