-- A record that goes to another pipeline may have been there before: what it reached then is among
-- its stays, which the stay that begins now has no reason to look through (step 15).
create or replace function set_furthest() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan as $$
begin
  if tg_op = 'INSERT' and new.furthest_id is null then
    select s.id into new.furthest_id
      from stage s
     where s.id = new.stage_id and s.meaning = 'open' and s.deleted_at is null;
    return new;
  end if;
  if tg_op = 'UPDATE' and new.pipeline_id <> old.pipeline_id then
    select s.id into new.furthest_id
      from stage s
     where (s.id = new.stage_id or s.id in (
             select y.stage_id from stage_stay y
              where y.kind = tg_table_name::text and y.record_id = new.id
                and y.pipeline_id = new.pipeline_id))
       and s.pipeline_id = new.pipeline_id and s.meaning = 'open' and s.deleted_at is null
     order by s.position desc, s.id desc
     limit 1;
    return new;
  end if;
  select s.id into new.furthest_id
    from stage s
   where s.id in (new.stage_id, new.furthest_id)
     and s.pipeline_id = new.pipeline_id and s.meaning = 'open' and s.deleted_at is null
   order by s.position desc, s.id desc
   limit 1;
  return new;
end
$$;

-- Those that came back since that step. Only who has been in two pipelines can be among them.
do $do$
declare
  kind text;
begin
  foreach kind in array array['lead', 'deal'] loop
    execute format($statement$
      with travelled as (
        select distinct y.record_id from stage_stay y join %1$I r on r.id = y.record_id
         where y.kind = %1$L and y.pipeline_id <> r.pipeline_id
      ), reached as (
        select r.id, (
          select s.id from stage_stay y join stage s on s.id = y.stage_id
           where y.kind = %1$L and y.record_id = r.id
             and y.pipeline_id = r.pipeline_id and s.meaning = 'open' and s.deleted_at is null
           order by s.position desc, s.id desc limit 1) as stage
          from %1$I r join travelled on travelled.record_id = r.id
      )
      update %1$I r set furthest_id = reached.stage
        from reached
       where r.id = reached.id and r.furthest_id is distinct from reached.stage
    $statement$, kind);
  end loop;
end
$do$;
