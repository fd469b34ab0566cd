-- Which of the names $1 exist right now, and the records they hold. A name without records of its own
-- exists when something lies below it (an empty non-terminal); it comes back as one row without a record.
with visible as materialized (
    select * from dns_records where visible_at <= clock_timestamp()
)
select candidate.name as candidate, visible.*
from unnest($1::text[]) as candidate (name)
left join visible on visible.name = candidate.name
where visible.id is not null
   or exists (
       select from visible as below
       where right(below.name, length(candidate.name) + 1) = '.' || candidate.name
   )
order by visible.created_at, visible.id;
