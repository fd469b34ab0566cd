-- Takes one from bucket $1, which holds $2 at most and gains $3 a second. Below zero it is refused and not taken.
with found as (
    select bucket, least($2::float8, level + extract(epoch from clock_timestamp() - at) * $3::float8) as level
    from slack_allowances
    where bucket = $1
    for update
)
update slack_allowances a
set level = case when found.level >= 1 then found.level - 1 else found.level end, at = clock_timestamp()
from found
where a.bucket = found.bucket
returning found.level - 1 as left_over;
