-- Stays come and go with their record: the recycle bin, another pipeline, dates that an import
-- brings. What a statement takes away and what it adds are compared as two sets: transition tables
-- have no index and no statistics, and joined by id they were walked once for every row of theirs,
-- which made a change of 4,000 records take seven seconds.
create or replace function keep_stays_of_record() returns trigger language plpgsql as $$
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
  else
    with before as (
      select id, pipeline_id, utc_day(created_at) as day from removed where deleted_at is null
    ), after as (
      select id, pipeline_id, utc_day(created_at) as day from added where deleted_at is null
    ), side as (
      select gone.*, -1 as n from (select * from before except select * from after) gone
      union all
      select come.*, 1 from (select * from after except select * from before) come
    )
    select array_agg((s.kind, s.pipeline_id, side.day, s.stage_id, s.entered_at, s.left_at, side.n)::stay_change)
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
