-- What stands in the schemas $1 and belongs to no extension: a database to restore into has nothing there.
select
    pg_catalog.pg_describe_object(classid, objid, 0) as thing,
    (pg_catalog.pg_identify_object(classid, objid, 0)).type as kind,
    (pg_catalog.pg_identify_object(classid, objid, 0)).identity as identity
from (
    select 'pg_catalog.pg_class'::regclass as classid, c.oid as objid
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')
    union all
    select 'pg_catalog.pg_proc'::regclass, p.oid
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any ($1)
    union all
    select 'pg_catalog.pg_type'::regclass, t.oid
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where n.nspname = any ($1) and t.typtype in ('e', 'd', 'r')
) found
where not exists (
    select from pg_catalog.pg_depend d
    where (d.classid, d.objid) = (found.classid, found.objid) and d.deptype = 'e'
)
order by 1;
