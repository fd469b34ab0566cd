-- All that a digest says, in one answer. $1: since when is new, $2: now, $3: how many of each are named,
-- $4: how many days the picture looks back.
with living as (
    select subdomain, company_name, state, verdict, created_at, suspended_at, suspended_by, project_ref
    from tenants where state <> 'deleted'
), waiting as (
    select run_id, kind, subdomain, requested_by, waiting_for, error, origin,
           coalesce((select max(at) from run_events where run_id = runs.run_id and what = 'waiting'), created_at) as since,
           kind = 'deprovision' and error is null and waiting_for ->> 'until' is not null as in_grace
    from runs where state = 'waiting'
), listed as (
    select 'new' as part, total, place,
           jsonb_build_object('subdomain', subdomain, 'company', company_name, 'at', created_at) as item
    from (select *, count(*) over () as total, row_number() over (order by created_at desc) as place
          from living where created_at > $1 and created_at <= $2) as found where place <= $3
    union all
    select 'suspended', total, place,
           jsonb_build_object('subdomain', subdomain, 'company', company_name, 'by', suspended_by, 'since', suspended_at)
    from (select *, count(*) over () as total, row_number() over (order by suspended_at desc nulls last, subdomain) as place
          from living where state = 'suspended') as found where place <= $3
    union all
    select 'waiting', total, place,
           jsonb_build_object('run_id', run_id, 'kind', kind, 'subdomain', subdomain, 'since', since,
               'what', coalesce(error ->> 'message', waiting_for ->> 'what', 'a decision'),
               'who', coalesce(waiting_for ->> 'who', requested_by),
               'person', case when coalesce(waiting_for ->> 'who', requested_by) = requested_by then origin ->> 'user' end)
    from (select *, count(*) over () as total, row_number() over (order by since, run_id) as place
          from waiting where not in_grace) as found where place <= $3
    union all
    select 'approvals', total, place,
           jsonb_build_object('approval_id', approval_id, 'action', action, 'subdomain', subdomain,
               'requested_by', requested_by, 'person', origin ->> 'user', 'expires_at', expires_at)
    from (select *, count(*) over () as total, row_number() over (order by expires_at, approval_id) as place
          from approvals where state = 'pending' and expires_at > $2) as found where place <= $3
    union all
    select 'deletions', total, place, jsonb_build_object('subdomain', subdomain, 'at', waiting_for ->> 'until')
    from (select *, count(*) over () as total, row_number() over (order by waiting_for ->> 'until', run_id) as place
          from waiting where in_grace) as found where place <= $3
    union all
    select 'failing', total, place,
           jsonb_build_object('subdomain', subdomain, 'verdict', coalesce(verdict, 'not verified yet'))
    from (select *, count(*) over () as total, row_number() over (order by subdomain) as place
          from living where state = 'unverified') as found where place <= $3
    union all
    select 'advisory', total, place, jsonb_build_object('subdomain', subdomain, 'verdict', verdict)
    from (select *, count(*) over () as total, row_number() over (order by subdomain) as place
          from living where state = 'verified' and verdict <> 'verified') as found where place <= $3
), listings as (
    select part, jsonb_build_object('total', max(total), 'first', jsonb_agg(item order by place)) as listing
    from listed group by part
), changes as materialized (
    select day, sum(change) as change
    from (select (created_at at time zone 'utc')::date as day, 1 as change from tenants
          union all
          select (deleted_at at time zone 'utc')::date, -1 from tenants where deleted_at is not null) as each_one
    group by day
), days as (
    select day::date, (select coalesce(sum(change), 0) from changes where changes.day <= first.day) as before
    from generate_series(($2::timestamptz at time zone 'utc')::date - ($4::int - 1), ($2::timestamptz at time zone 'utc')::date,
                         interval '1 day') as first (day)
), timed as (
    select run_id, subdomain, number, title, typical, run_steps.finished_at,
           extract(epoch from run_steps.finished_at - run_steps.started_at)::float8 as seconds
    from (select run_id, subdomain from runs where kind = 'provision' order by created_at desc limit 1000) as latest
         join run_steps using (run_id)
    where run_steps.state = 'succeeded'
      and run_steps.finished_at > least($1, $2::timestamptz - make_interval(days => $4::int)) and run_steps.finished_at <= $2
)
select (select coalesce(jsonb_object_agg(state, number), '{}')
        from (select case when state = 'unverified' and verdict = 'being provisioned' then 'provisioning' else state end
                         as state, count(*) as number from living group by 1) as counted)         as tenants,
       (select count(*) from living where project_ref is not null)                               as projects,
       (select count(*) from tenants where deleted_at > $1 and deleted_at <= $2)                 as gone,
       (select coalesce(jsonb_object_agg(part, listing), '{}') from listings)                    as listings,
       (select jsonb_agg(jsonb_build_object('day', day, 'tenants', before) order by day) from days) as growth,
       (select jsonb_build_object('run_id', run_id, 'subdomain', subdomain, 'title', title,
                   'seconds', seconds, 'typical', typical)
        from timed where finished_at > $1 order by seconds desc limit 1)                         as slowest,
       (select jsonb_agg(jsonb_build_object('number', number, 'title', title, 'seconds', seconds) order by number)
        from (select number, min(title) as title, percentile_cont(0.5) within group (order by seconds) as seconds
              from timed group by number) as middle)                                             as step_times
