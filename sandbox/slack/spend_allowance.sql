-- Takes one from bucket $1, which holds $2 at most and gains $3 a second. Below zero it is refused and not taken.
with now_there as (
    select coalesce((
        select least($2::float8, level + extract(epoch from clock_timestamp() - at) * $3::float8)
        from slack_allowances where bucket = $1
    ), $2::float8) as level
), kept as (
    insert into slack_allowances as a (bucket, level, at)
    select $1, case when level >= 1 then level - 1 else level end, clock_timestamp() from now_there
    on conflict (bucket) do update set
        level = case
            when least($2::float8, a.level + extract(epoch from clock_timestamp() - a.at) * $3::float8) >= 1
            then least($2::float8, a.level + extract(epoch from clock_timestamp() - a.at) * $3::float8) - 1
            else least($2::float8, a.level + extract(epoch from clock_timestamp() - a.at) * $3::float8)
        end,
        at = clock_timestamp()
)
select level - 1 as level from now_there;
