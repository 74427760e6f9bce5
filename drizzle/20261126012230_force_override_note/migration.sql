-- As the other tables of this schema: the wall binds the owner, too.
ALTER TABLE "personal"."override_note" FORCE ROW LEVEL SECURITY;
