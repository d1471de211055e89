-- What is checked for every record that is written, in fewer questions: an import of a hundred
-- thousand deals asked 1.2 million.

-- A stage says which pipeline it belongs to: who names both is checked once, and better.
alter table stage add constraint stage_of_pipeline unique (id, pipeline_id);
do $do$
declare
  of_stages text;
begin
  foreach of_stages in array array['lead', 'deal', 'stage_stay'] loop
    execute format($statement$
      alter table %1$I
        drop constraint %2$I,
        drop constraint %3$I,
        add constraint %4$I foreign key (stage_id, pipeline_id) references stage (id, pipeline_id)
    $statement$, of_stages, of_stages || '_pipeline_id_fkey', of_stages || '_stage_id_fkey',
                 of_stages || '_stage_of_pipeline_fkey');
  end loop;
end
$do$;

-- A new record has been in one stage only: nothing is to be compared.
create or replace function set_furthest() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan as $$
begin
  if tg_op = 'INSERT' and new.furthest_id is null then
    select s.id into new.furthest_id
      from stage s
     where s.id = new.stage_id and s.meaning = 'open' and s.deleted_at is null;
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

-- A stay that begins in the stage that is the furthest already changes nothing: the stays are only
-- looked through where it is another, where several of a record came at once, or where one went.
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
          from (select record_id, case when count(*) = 1 then max(stage_id) end as began_in
                  from changed where kind = %1$L
                 group by record_id) touched
          cross join lateral (
            select r.id, r.furthest_id, case
              when tg_op = 'INSERT' and r.furthest_id = touched.began_in then r.furthest_id
              else (
                select s.id from stage_stay y join stage s on s.id = y.stage_id
                 where y.kind = %1$L and y.record_id = r.id
                   and y.pipeline_id = r.pipeline_id and s.meaning = 'open' and s.deleted_at is null
                 order by s.position desc, s.id desc limit 1)
              end as stage
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
