-- What every edit changes, the moment of the last change, is in no index: PostgreSQL then writes an
-- edit of unindexed fields into the same page and leaves the indexes alone (a heap-only tuple),
-- where there is room for it. The recycle bin goes by the moment of deletion, which is the same.
do $$
declare
  kind text;
begin
  foreach kind in array array['lead', 'contact', 'company', 'deal', 'product'] loop
    execute format('create index %1$s_deleted on %1$s (deleted_at desc, id desc) where deleted_at is not null', kind);
    execute format('drop index %1$s_bin', kind);
    execute format('alter table %1$s set (fillfactor = 85)', kind);
  end loop;
end
$$;
