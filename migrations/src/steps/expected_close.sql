-- A salesperson's question of every day: which deals are to close next. Without this index a list in that order sorts all
-- deals of its stage.
create index deal_expected_close on deal (expected_close desc, id desc) where deleted_at is null;
