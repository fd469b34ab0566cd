-- How long steps took, and in how many attempts, as counters that only grow: every process reads the same, and reading
-- takes no longer after a hundred thousand runs than after ten.

create table step_tallies (
    kind     text             not null,
    step     integer          not null,
    state    text             not null,
    le       double precision not null,                           -- seconds: the bound of the bucket, the last one infinite
    number   bigint           not null,
    seconds  double precision not null,
    attempts bigint           not null,
    primary key (kind, step, state, le)
);

create function step_bucket(seconds double precision) returns double precision language sql immutable as $$
    select min(le)
    from unnest(array[0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 86400, 'infinity'::double precision]) as le
    where seconds <= le
$$;

create function tally_step() returns trigger language plpgsql as $$
declare
    took constant double precision := greatest(0, extract(epoch from new.finished_at - new.started_at));
begin
    insert into step_tallies (kind, step, state, le, number, seconds, attempts)
    select kind, new.number, new.state, step_bucket(took), 1, took, new.attempts from runs where run_id = new.run_id
    on conflict (kind, step, state, le) do update
    set number = step_tallies.number + 1,
        seconds = step_tallies.seconds + excluded.seconds,
        attempts = step_tallies.attempts + excluded.attempts;
    return null;
end
$$;

create trigger run_steps_tally after update of finished_at on run_steps
    for each row
    when (old.finished_at is null and new.finished_at is not null and new.started_at is not null)
    execute function tally_step();

insert into step_tallies (kind, step, state, le, number, seconds, attempts)
select kind, number, state, step_bucket(took), count(*), sum(took), sum(attempts)
from (
    select runs.kind, run_steps.number, run_steps.state, attempts,
           greatest(0, extract(epoch from run_steps.finished_at - run_steps.started_at))::double precision as took
    from run_steps join runs using (run_id)
    where run_steps.finished_at is not null and run_steps.started_at is not null
) ended
group by kind, number, state, step_bucket(took);

create index runs_kind_state on runs (kind, state);
