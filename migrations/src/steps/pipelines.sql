-- Stages that are put away: nobody can be said to have come as far as a stage that is not there.
-- The furthest stage of a record is one of those in use, so that the funnel still counts those who
-- have been in the others as far as they came in what is left. Whoever puts a stage away, orders
-- stages or changes what one stands for counts the pipeline's records anew.

create or replace function set_furthest() returns trigger language plpgsql as $$
begin
  select s.id into new.furthest_id
    from stage s
   where s.id in (new.stage_id, new.furthest_id)
     and s.pipeline_id = new.pipeline_id and s.meaning = 'open' and s.deleted_at is null
   order by s.position desc, s.id desc
   limit 1;
  return new;
end
$$;

do $do$
declare
  kind text;
begin
  foreach kind in array array['lead', 'deal'] loop
    execute format($function$
      create or replace function keep_%1$s_furthest() returns trigger language plpgsql as $$
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
                 and y.pipeline_id = r.pipeline_id and s.meaning = 'open' and s.deleted_at is null
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
    $function$, kind);
  end loop;
end
$do$;

-- The furthest stage of every record of a pipeline, from its stays, as it should be; those that
-- are otherwise are set right, and answered is how many.
create function recount_furthest(kind text, pipeline bigint) returns bigint language plpgsql as $$
declare
  corrected bigint;
begin
  execute format($statement$
    with reached as (
      select distinct on (y.record_id) y.record_id, s.id
        from stage_stay y join stage s on s.id = y.stage_id
       where y.kind = $1 and y.pipeline_id = $2
         and s.pipeline_id = $2 and s.meaning = 'open' and s.deleted_at is null
       order by y.record_id, s.position desc, s.id desc
    )
    update %1$I r set furthest_id = n.stage
      from (select o.id, reached.id as stage
              from %1$I o left join reached on reached.record_id = o.id
             where o.pipeline_id = $2) n
     where r.id = n.id and r.furthest_id is distinct from n.stage
  $statement$, kind) using kind, pipeline;
  get diagnostics corrected = row_count;
  return corrected;
end
$$;
