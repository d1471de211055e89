-- The funnel's numbers, kept by statement-level triggers like those of stage_total, so that a year
-- of a million deals is read from some thousand rows. Days are UTC days of creation: a period cut
-- in another time zone takes its whole days from here and counts the rest.

-- The furthest open stage of its pipeline in which a record has been, from its stays.
alter table lead add column furthest_id bigint references stage;
alter table deal add column furthest_id bigint references stage;

create function utc_day(at timestamptz) returns date
  language sql immutable strict parallel safe
  return (at at time zone 'UTC')::date;

-- Records in use, by day of creation, where they stand and how far they came.
create table funnel_day (
  kind text not null,
  pipeline_id bigint not null,
  day date not null,
  stage_id bigint not null,
  -- 0: has been in no open stage
  furthest_id bigint not null,
  -- 0: no reason given
  lost_reason_id bigint not null,
  -- '': without an amount
  currency text not null,
  count bigint not null,
  amount numeric(24, 4) not null,
  primary key (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency)
);

-- Stays of records in use in the pipeline where they are, by the record's day of creation.
create table funnel_stay (
  kind text not null,
  pipeline_id bigint not null,
  day date not null,
  stage_id bigint not null,
  ended bigint not null,
  ended_seconds numeric not null,
  lasting bigint not null,
  -- Sum of the moments of entry, in seconds since 1970: so many times now less this is their time.
  lasting_since numeric not null,
  primary key (kind, pipeline_id, day, stage_id)
);

-- A move forward sets the furthest stage with the same write; everything else follows from stays.
create function set_furthest() returns trigger language plpgsql as $$
begin
  select s.id into new.furthest_id
    from stage s
   where s.id in (new.stage_id, new.furthest_id)
     and s.pipeline_id = new.pipeline_id and s.meaning = 'open'
   order by s.position desc, s.id desc
   limit 1;
  return new;
end
$$;

-- Stays may be written of the past and taken back: the records whose furthest stage is another one
-- by now get it. A function a kind, so that its statements are planned once.
do $do$
declare
  kind text;
begin
  foreach kind in array array['lead', 'deal'] loop
    execute format($function$
      create function keep_%1$s_furthest() returns trigger language plpgsql as $$
      declare
        ids bigint[];
        stages bigint[];
      begin
        select array_agg(found.id), array_agg(found.stage)
          into ids, stages
          from (select distinct record_id from changed where kind = %1$L) touched
          cross join lateral (
            select r.id, r.furthest_id, (
              select s.id from stage_stay y join stage s on s.id = y.stage_id
               where y.kind = %1$L and y.record_id = r.id
                 and y.pipeline_id = r.pipeline_id and s.meaning = 'open'
               order by s.position desc, s.id desc limit 1) as stage
              from %1$s r where r.id = touched.record_id) found
         where found.furthest_id is distinct from found.stage;
        if ids is not null then
          update %1$s r set furthest_id = n.stage
            from unnest(ids, stages) as n(id, stage)
           where r.id = n.id;
        end if;
        return null;
      end
      $$;
      create trigger stage_stay_%1$s_added after insert on stage_stay
        referencing new table as changed for each statement execute function keep_%1$s_furthest();
      create trigger stage_stay_%1$s_removed after delete on stage_stay
        referencing old table as changed for each statement execute function keep_%1$s_furthest();
    $function$, kind);
  end loop;
end
$do$;

create function keep_funnel_day() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into funnel_day as t
           (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency, count, amount)
    select tg_argv[0], pipeline_id, utc_day(created_at), stage_id, coalesce(furthest_id, 0),
           coalesce(lost_reason_id, 0), case when amount is null then '' else currency end,
           count(*), coalesce(sum(amount), 0)
      from added
     where deleted_at is null
     group by 1, 2, 3, 4, 5, 6, 7
     order by 1, 2, 3, 4, 5, 6, 7
    on conflict (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency)
    do update set count = t.count + excluded.count, amount = t.amount + excluded.amount;
  elsif tg_op = 'DELETE' then
    insert into funnel_day as t
           (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency, count, amount)
    select tg_argv[0], pipeline_id, utc_day(created_at), stage_id, coalesce(furthest_id, 0),
           coalesce(lost_reason_id, 0), case when amount is null then '' else currency end,
           -count(*), -coalesce(sum(amount), 0)
      from removed
     where deleted_at is null
     group by 1, 2, 3, 4, 5, 6, 7
     order by 1, 2, 3, 4, 5, 6, 7
    on conflict (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency)
    do update set count = t.count + excluded.count, amount = t.amount + excluded.amount;
  else
    insert into funnel_day as t
           (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency, count, amount)
    select tg_argv[0], pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency,
           sum(n), sum(amount)
      from (
        select pipeline_id, utc_day(created_at) as day, stage_id,
               coalesce(furthest_id, 0) as furthest_id, coalesce(lost_reason_id, 0) as lost_reason_id,
               case when amount is null then '' else currency end as currency,
               1 as n, coalesce(amount, 0) as amount
          from added where deleted_at is null
        union all
        select pipeline_id, utc_day(created_at), stage_id,
               coalesce(furthest_id, 0), coalesce(lost_reason_id, 0),
               case when amount is null then '' else currency end,
               -1, -coalesce(amount, 0)
          from removed where deleted_at is null
      ) as change
     group by 1, 2, 3, 4, 5, 6, 7
    having sum(n) <> 0 or sum(amount) <> 0
     order by 1, 2, 3, 4, 5, 6, 7
    on conflict (kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency)
    do update set count = t.count + excluded.count, amount = t.amount + excluded.amount;
  end if;
  return null;
end
$$;

-- One stay more (n 1) or less (n -1) in the table of stays.
create type stay_change as (
  kind text, pipeline_id bigint, day date, stage_id bigint,
  entered_at timestamptz, left_at timestamptz, n integer
);

create function apply_stays(changes stay_change[]) returns void language plpgsql as $$
begin
  insert into funnel_stay as t
         (kind, pipeline_id, day, stage_id, ended, ended_seconds, lasting, lasting_since)
  select c.kind, c.pipeline_id, c.day, c.stage_id,
         coalesce(sum(n) filter (where left_at is not null), 0),
         coalesce(sum(n * extract(epoch from left_at - entered_at)) filter (where left_at is not null), 0),
         coalesce(sum(n) filter (where left_at is null), 0),
         coalesce(sum(n * extract(epoch from entered_at)) filter (where left_at is null), 0)
    from unnest(changes) c
   group by 1, 2, 3, 4
   order by 1, 2, 3, 4
  on conflict on constraint funnel_stay_pkey
  do update set ended = t.ended + excluded.ended,
                ended_seconds = t.ended_seconds + excluded.ended_seconds,
                lasting = t.lasting + excluded.lasting,
                lasting_since = t.lasting_since + excluded.lasting_since;
end
$$;

-- The day on which a stay counts; none when it does not. Looked up record by record.
create function funnel_days(kind text, record_id bigint, pipeline_id bigint) returns table (day date)
  language sql stable rows 1 as $$
  select utc_day(l.created_at) from lead l
   where $1 = 'lead' and l.id = $2 and l.pipeline_id = $3 and l.deleted_at is null
  union all
  select utc_day(d.created_at) from deal d
   where $1 = 'deal' and d.id = $2 and d.pipeline_id = $3 and d.deleted_at is null
$$;

create function keep_funnel_stay() returns trigger language plpgsql as $$
declare
  changes stay_change[];
begin
  if tg_op in ('INSERT', 'UPDATE') then
    select array_agg((s.kind, s.pipeline_id, r.day, s.stage_id, s.entered_at, s.left_at, 1)::stay_change)
      into changes
      from added s cross join lateral funnel_days(s.kind, s.record_id, s.pipeline_id) r;
  end if;
  if tg_op in ('DELETE', 'UPDATE') then
    select coalesce(changes, '{}')
           || array_agg((s.kind, s.pipeline_id, r.day, s.stage_id, s.entered_at, s.left_at, -1)::stay_change)
      into changes
      from removed s cross join lateral funnel_days(s.kind, s.record_id, s.pipeline_id) r;
  end if;
  if changes is not null then
    perform apply_stays(changes);
  end if;
  return null;
end
$$;

-- Stays come and go with their record: the recycle bin, another pipeline, dates that an import
-- brings.
create function keep_stays_of_record() returns trigger language plpgsql as $$
declare
  changes stay_change[];
begin
  if tg_op = 'DELETE' then
    select array_agg((s.kind, s.pipeline_id, utc_day(o.created_at), s.stage_id, s.entered_at, s.left_at, -1)::stay_change)
      into changes
      from removed o
      join stage_stay s
        on s.kind = tg_argv[0] and s.record_id = o.id and s.pipeline_id = o.pipeline_id
     where o.deleted_at is null;
  elsif exists (
    select from removed o join added a using (id)
     where (o.deleted_at is null) <> (a.deleted_at is null)
        or o.pipeline_id <> a.pipeline_id
        or utc_day(o.created_at) <> utc_day(a.created_at)
  ) then
    select array_agg((s.kind, s.pipeline_id, side.day, s.stage_id, s.entered_at, s.left_at, side.n)::stay_change)
      into changes
      from removed o
      join added a using (id)
      cross join lateral (values
        (utc_day(o.created_at), o.pipeline_id, -1, o.deleted_at is null),
        (utc_day(a.created_at), a.pipeline_id, 1, a.deleted_at is null)
      ) as side (day, pipeline_id, n, counts)
      join stage_stay s
        on s.kind = tg_argv[0] and s.record_id = o.id and s.pipeline_id = side.pipeline_id
     where side.counts
       and ((o.deleted_at is null) <> (a.deleted_at is null)
            or o.pipeline_id <> a.pipeline_id
            or utc_day(o.created_at) <> utc_day(a.created_at));
  end if;
  if changes is not null then
    perform apply_stays(changes);
  end if;
  return null;
end
$$;

create trigger stage_stay_funnel_added after insert on stage_stay
  referencing new table as added for each statement execute function keep_funnel_stay();
create trigger stage_stay_funnel_removed after delete on stage_stay
  referencing old table as removed for each statement execute function keep_funnel_stay();
create trigger stage_stay_funnel_changed after update on stage_stay
  referencing old table as removed new table as added for each statement execute function keep_funnel_stay();

do $$
declare
  kind text;
begin
  foreach kind in array array['lead', 'deal'] loop
    execute format('create trigger %1$s_furthest before insert or update of stage_id, pipeline_id on %1$s for each row execute function set_furthest()', kind);
    execute format('create trigger %1$s_funnel_added after insert on %1$s referencing new table as added for each statement execute function keep_funnel_day(%1$L)', kind);
    execute format('create trigger %1$s_funnel_removed after delete on %1$s referencing old table as removed for each statement execute function keep_funnel_day(%1$L)', kind);
    execute format('create trigger %1$s_funnel_changed after update on %1$s referencing old table as removed new table as added for each statement execute function keep_funnel_day(%1$L)', kind);
    execute format('create trigger %1$s_stays_removed after delete on %1$s referencing old table as removed for each statement execute function keep_stays_of_record(%1$L)', kind);
    execute format('create trigger %1$s_stays_changed after update on %1$s referencing old table as removed new table as added for each statement execute function keep_stays_of_record(%1$L)', kind);
  end loop;
end
$$;
