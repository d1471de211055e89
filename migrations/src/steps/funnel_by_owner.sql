-- The funnel's numbers by owner, beside those by day: who reaches the records of some owners, or
-- asks for some owners', adds up a few rows of each. Records are kept by month, since those that one
-- owner makes in a day are so few that they could as well be counted themselves; stays, which take
-- longer to count and have fewer keys, by the first, second and last ten days of a month.

-- Nobody writes records between the filling of the new tables and their keeping.
lock table lead, deal, stage_stay in share row exclusive mode;

create function month_of(day date) returns date
  language sql immutable strict parallel safe
  return date_trunc('month', day::timestamp)::date;

-- The 1st, 11th or 21st of the month that is the day or the last before it.
create function ten_days_of(day date) returns date
  language sql immutable strict parallel safe
  return day - case when extract(day from day) > 20 then extract(day from day)::int - 21
                    else (extract(day from day)::int - 1) % 10 end;

-- For whom a record is kept: its owner, 0 where it is nobody's, and -1 for everybody where it is
-- open to everyone, so that who sees all that is open need not look through all owners.
create function kept_for(owner_id bigint, everyone boolean) returns bigint[]
  language sql immutable parallel safe
  return case when everyone then array[coalesce(owner_id, 0), -1] else array[coalesce(owner_id, 0)] end;

-- Records in use, by owner and month of creation, where they stand and how far they came.
create table funnel_owner (
  kind text not null,
  pipeline_id bigint not null,
  -- As of kept_for
  owner_id bigint not null,
  -- The first day of the month, in UTC.
  month date not null,
  everyone boolean not null,
  stage_id bigint not null,
  -- 0: has been in no open stage
  furthest_id bigint not null,
  -- 0: no reason given
  lost_reason_id bigint not null,
  -- '': without an amount
  currency text not null,
  count bigint not null,
  amount numeric(24, 4) not null,
  primary key (kind, pipeline_id, owner_id, month, everyone, stage_id, furthest_id, lost_reason_id, currency)
);

-- Stays of records in use in the pipeline where they are, by the record's owner and ten days.
create table funnel_owner_stay (
  kind text not null,
  pipeline_id bigint not null,
  owner_id bigint not null,
  -- As of ten_days_of, in UTC.
  since date not null,
  everyone boolean not null,
  stage_id bigint not null,
  ended bigint not null,
  ended_seconds numeric not null,
  lasting bigint not null,
  -- Sum of the moments of entry, in seconds since 1970: so many times now less this is their time.
  lasting_since numeric not null,
  primary key (kind, pipeline_id, owner_id, since, everyone, stage_id)
);

-- Dealwright has its questions planned anew for the values of each. These statements are the same for
-- all values, and to plan one takes longer than to run it: they are planned once for a connection.
alter function set_furthest() set plan_cache_mode = force_generic_plan;
alter function keep_stage_total() set plan_cache_mode = force_generic_plan;

-- One statement for both tables, which goes through the changed records once: what they come to is
-- gathered in the finest keys, and where nothing of them has changed nothing is written.
do $do$
declare
  -- What a record is counted under, n times.
  counted constant text := $$
    select pipeline_id, utc_day(created_at) as day, coalesce(owner_id, 0) as owner_id, everyone,
           stage_id, coalesce(furthest_id, 0) as furthest_id,
           coalesce(lost_reason_id, 0) as lost_reason_id,
           case when amount is null then '' else currency end as currency,
           %2$s as n, %2$s * coalesce(amount, 0) as amount
      from %1$s where deleted_at is null$$;
  keeping constant text := $$
    with change as materialized (
      select pipeline_id, day, owner_id, everyone, stage_id, furthest_id, lost_reason_id, currency,
             sum(n) as n, sum(amount) as amount
        from (%s) as counted
       group by 1, 2, 3, 4, 5, 6, 7, 8
      having sum(n) <> 0 or sum(amount) <> 0
    ), by_day as (
      insert into funnel_day as t
             (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency, count, amount)
      select tg_argv[0], pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency,
             sum(n), sum(amount)
        from change
       group by 1, 2, 3, 4, 5, 6, 7
      having sum(n) <> 0 or sum(amount) <> 0
       order by 1, 2, 3, 4, 5, 6, 7
      on conflict on constraint funnel_day_pkey
      do update set count = t.count + excluded.count, amount = t.amount + excluded.amount
    )
    insert into funnel_owner as t
           (kind, pipeline_id, owner_id, month, everyone,
            stage_id, furthest_id, lost_reason_id, currency, count, amount)
    select tg_argv[0], pipeline_id, whose, month_of(day), everyone,
           stage_id, furthest_id, lost_reason_id, currency, sum(n), sum(amount)
      from change cross join unnest(kept_for(owner_id, everyone)) as whose
     group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(n) <> 0 or sum(amount) <> 0
     order by 1, 2, 3, 4, 5, 6, 7, 8, 9
    on conflict on constraint funnel_owner_pkey
    do update set count = t.count + excluded.count, amount = t.amount + excluded.amount;$$;
  added text := format(counted, 'added', '1');
  removed text := format(counted, 'removed', '-1');
begin
  execute format($function$
    create or replace function keep_funnel_day() returns trigger language plpgsql
      set plan_cache_mode = force_generic_plan as $$
    begin
      if tg_op = 'INSERT' then %s
      elsif tg_op = 'DELETE' then %s
      else %s
      end if;
      return null;
    end
    $$;
  $function$, format(keeping, added), format(keeping, removed),
              format(keeping, added || ' union all ' || removed));
end
$do$;

alter type stay_change add attribute owner_id bigint, add attribute everyone boolean;

create or replace function apply_stays(changes stay_change[]) returns void language plpgsql
  set plan_cache_mode = force_generic_plan as $$
begin
  with change as materialized (
    select c.kind, c.pipeline_id, c.day, c.owner_id, c.everyone, c.stage_id,
           coalesce(sum(n) filter (where left_at is not null), 0) as ended,
           coalesce(sum(n * extract(epoch from left_at - entered_at)) filter (where left_at is not null), 0)
             as ended_seconds,
           coalesce(sum(n) filter (where left_at is null), 0) as lasting,
           coalesce(sum(n * extract(epoch from entered_at)) filter (where left_at is null), 0)
             as lasting_since
      from unnest(changes) c
     group by 1, 2, 3, 4, 5, 6
  ), by_day as (
    insert into funnel_stay as t
           (kind, pipeline_id, day, stage_id, ended, ended_seconds, lasting, lasting_since)
    select kind, pipeline_id, day, stage_id,
           sum(ended), sum(ended_seconds), sum(lasting), sum(lasting_since)
      from change
     group by 1, 2, 3, 4
    having (sum(ended), sum(ended_seconds), sum(lasting), sum(lasting_since)) <> (0, 0, 0, 0)
     order by 1, 2, 3, 4
    on conflict on constraint funnel_stay_pkey
    do update set ended = t.ended + excluded.ended,
                  ended_seconds = t.ended_seconds + excluded.ended_seconds,
                  lasting = t.lasting + excluded.lasting,
                  lasting_since = t.lasting_since + excluded.lasting_since
  )
  insert into funnel_owner_stay as t
         (kind, pipeline_id, owner_id, since, everyone, stage_id,
          ended, ended_seconds, lasting, lasting_since)
  select kind, pipeline_id, whose, ten_days_of(day), everyone, stage_id,
         sum(ended), sum(ended_seconds), sum(lasting), sum(lasting_since)
    from change cross join unnest(kept_for(owner_id, everyone)) as whose
   group by 1, 2, 3, 4, 5, 6
  having (sum(ended), sum(ended_seconds), sum(lasting), sum(lasting_since)) <> (0, 0, 0, 0)
   order by 1, 2, 3, 4, 5, 6
  on conflict on constraint funnel_owner_stay_pkey
  do update set ended = t.ended + excluded.ended,
                ended_seconds = t.ended_seconds + excluded.ended_seconds,
                lasting = t.lasting + excluded.lasting,
                lasting_since = t.lasting_since + excluded.lasting_since;
end
$$;

-- On which day and for whom a stay counts; nowhere when it does not. Looked up record by record.
drop function funnel_days(text, bigint, bigint);
create function funnel_standing(kind text, record_id bigint, pipeline_id bigint)
  returns table (day date, owner_id bigint, everyone boolean)
  language sql stable rows 1 as $$
  select utc_day(l.created_at), coalesce(l.owner_id, 0), l.everyone from lead l
   where $1 = 'lead' and l.id = $2 and l.pipeline_id = $3 and l.deleted_at is null
  union all
  select utc_day(d.created_at), coalesce(d.owner_id, 0), d.everyone from deal d
   where $1 = 'deal' and d.id = $2 and d.pipeline_id = $3 and d.deleted_at is null
$$;

create or replace function keep_funnel_stay() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan as $$
declare
  changes stay_change[];
begin
  if tg_op in ('INSERT', 'UPDATE') then
    select array_agg((s.kind, s.pipeline_id, r.day, s.stage_id, s.entered_at, s.left_at, 1,
                      r.owner_id, r.everyone)::stay_change)
      into changes
      from added s cross join lateral funnel_standing(s.kind, s.record_id, s.pipeline_id) r;
  end if;
  if tg_op in ('DELETE', 'UPDATE') then
    select coalesce(changes, '{}')
           || array_agg((s.kind, s.pipeline_id, r.day, s.stage_id, s.entered_at, s.left_at, -1,
                         r.owner_id, r.everyone)::stay_change)
      into changes
      from removed s cross join lateral funnel_standing(s.kind, s.record_id, s.pipeline_id) r;
  end if;
  if changes is not null then
    perform apply_stays(changes);
  end if;
  return null;
end
$$;

-- Stays come and go with their record: the recycle bin, another pipeline, dates that an import
-- brings, another owner, being opened to everyone. What a statement takes away and what it adds are
-- compared as two sets, never joined (stays.sql says why); stays are looked up record by record,
-- whatever statement the plan was made for.
create or replace function keep_stays_of_record() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  changes stay_change[];
begin
  if tg_op = 'DELETE' then
    select array_agg((s.kind, s.pipeline_id, utc_day(o.created_at), s.stage_id, s.entered_at,
                      s.left_at, -1, coalesce(o.owner_id, 0), o.everyone)::stay_change)
      into changes
      from removed o
      join stage_stay s
        on s.kind = tg_argv[0] and s.record_id = o.id and s.pipeline_id = o.pipeline_id
     where o.deleted_at is null;
  else
    with before as (
      select id, pipeline_id, utc_day(created_at) as day, coalesce(owner_id, 0) as owner_id, everyone
        from removed where deleted_at is null
    ), after as (
      select id, pipeline_id, utc_day(created_at) as day, coalesce(owner_id, 0) as owner_id, everyone
        from added where deleted_at is null
    ), side as (
      select gone.*, -1 as n from (select * from before except select * from after) gone
      union all
      select come.*, 1 from (select * from after except select * from before) come
    )
    select array_agg((s.kind, s.pipeline_id, side.day, s.stage_id, s.entered_at, s.left_at, side.n,
                      side.owner_id, side.everyone)::stay_change)
      into changes
      from side
      join stage_stay s
        on s.kind = tg_argv[0] and s.record_id = side.id and s.pipeline_id = side.pipeline_id;
  end if;
  if changes is not null then
    perform apply_stays(changes);
  end if;
  return null;
end
$$;

-- What is there already.
do $do$
declare
  kind text;
begin
  foreach kind in array array['lead', 'deal'] loop
    execute format($statement$
      insert into funnel_owner
      select %1$L, pipeline_id, whose, month_of(utc_day(created_at)), everyone,
             stage_id, coalesce(furthest_id, 0), coalesce(lost_reason_id, 0),
             case when amount is null then '' else currency end,
             count(*), coalesce(sum(amount), 0)
        from %1$I cross join unnest(kept_for(owner_id, everyone)) as whose
       where deleted_at is null
       group by 1, 2, 3, 4, 5, 6, 7, 8, 9
       order by 1, 2, 3, 4, 5, 6, 7, 8, 9
    $statement$, kind);
    execute format($statement$
      insert into funnel_owner_stay
      select %1$L, r.pipeline_id, whose, ten_days_of(utc_day(r.created_at)), r.everyone,
             s.stage_id, count(s.left_at),
             coalesce(sum(extract(epoch from s.left_at - s.entered_at)), 0),
             count(*) - count(s.left_at),
             coalesce(sum(extract(epoch from s.entered_at)) filter (where s.left_at is null), 0)
        from %1$I r
        join stage_stay s
          on s.kind = %1$L and s.record_id = r.id and s.pipeline_id = r.pipeline_id
       cross join unnest(kept_for(r.owner_id, r.everyone)) as whose
       where r.deleted_at is null
       group by 1, 2, 3, 4, 5, 6
       order by 1, 2, 3, 4, 5, 6
    $statement$, kind);
  end loop;
end
$do$;
analyze funnel_owner;
analyze funnel_owner_stay;
