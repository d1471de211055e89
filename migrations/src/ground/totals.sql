-- Count and sum of the records in use, by stage, owner and currency; what is open to everyone is
-- counted apart, since it is in everyone's sums. Kept by statement-level triggers, so that it is
-- right whichever way rows were written; rows are touched in key order, so that two moves the
-- opposite way cannot deadlock.

create table stage_total (
  kind text not null,
  pipeline_id bigint not null,
  stage_id bigint not null,
  -- 0: nobody's
  owner_id bigint not null,
  everyone boolean not null,
  -- '': without an amount
  currency text not null,
  count bigint not null,
  amount numeric(24, 4) not null,
  primary key (kind, pipeline_id, stage_id, owner_id, everyone, currency)
);

create function keep_stage_total() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into stage_total as t (kind, pipeline_id, stage_id, owner_id, everyone, currency, count, amount)
    select tg_argv[0], pipeline_id, stage_id, coalesce(owner_id, 0), everyone,
           case when amount is null then '' else currency end, count(*), coalesce(sum(amount), 0)
      from added
     where deleted_at is null
     group by 1, 2, 3, 4, 5, 6
     order by 1, 2, 3, 4, 5, 6
    on conflict (kind, pipeline_id, stage_id, owner_id, everyone, currency)
    do update set count = t.count + excluded.count, amount = t.amount + excluded.amount;
  elsif tg_op = 'DELETE' then
    insert into stage_total as t (kind, pipeline_id, stage_id, owner_id, everyone, currency, count, amount)
    select tg_argv[0], pipeline_id, stage_id, coalesce(owner_id, 0), everyone,
           case when amount is null then '' else currency end, -count(*), -coalesce(sum(amount), 0)
      from removed
     where deleted_at is null
     group by 1, 2, 3, 4, 5, 6
     order by 1, 2, 3, 4, 5, 6
    on conflict (kind, pipeline_id, stage_id, owner_id, everyone, currency)
    do update set count = t.count + excluded.count, amount = t.amount + excluded.amount;
  else
    insert into stage_total as t (kind, pipeline_id, stage_id, owner_id, everyone, currency, count, amount)
    select tg_argv[0], pipeline_id, stage_id, owner_id, everyone, currency, sum(n), sum(amount)
      from (
        select pipeline_id, stage_id, coalesce(owner_id, 0) as owner_id, everyone,
               case when amount is null then '' else currency end as currency,
               1 as n, coalesce(amount, 0) as amount
          from added where deleted_at is null
        union all
        select pipeline_id, stage_id, coalesce(owner_id, 0), everyone,
               case when amount is null then '' else currency end,
               -1, -coalesce(amount, 0)
          from removed where deleted_at is null
      ) as change
     group by 1, 2, 3, 4, 5, 6
    having sum(n) <> 0 or sum(amount) <> 0
     order by 1, 2, 3, 4, 5, 6
    on conflict (kind, pipeline_id, stage_id, owner_id, everyone, currency)
    do update set count = t.count + excluded.count, amount = t.amount + excluded.amount;
  end if;
  return null;
end
$$;

do $$
declare
  kind text;
begin
  foreach kind in array array['lead', 'deal'] loop
    execute format('create trigger %1$s_total_added after insert on %1$s referencing new table as added for each statement execute function keep_stage_total(%1$L)', kind);
    execute format('create trigger %1$s_total_removed after delete on %1$s referencing old table as removed for each statement execute function keep_stage_total(%1$L)', kind);
    execute format('create trigger %1$s_total_changed after update on %1$s referencing old table as removed new table as added for each statement execute function keep_stage_total(%1$L)', kind);
  end loop;
end
$$;
