-- Installed extensions, and up to five objects of the schemas $1 that depend on each of them.
with mine (classid, objid) as (
    select 'pg_catalog.pg_class'::regclass, oid from pg_catalog.pg_class
    where relnamespace = any (select oid from pg_catalog.pg_namespace where nspname = any ($1))
    union all
    select 'pg_catalog.pg_proc'::regclass, oid from pg_catalog.pg_proc
    where pronamespace = any (select oid from pg_catalog.pg_namespace where nspname = any ($1))
    union all
    select 'pg_catalog.pg_type'::regclass, oid from pg_catalog.pg_type
    where typnamespace = any (select oid from pg_catalog.pg_namespace where nspname = any ($1))
    union all
    select 'pg_catalog.pg_constraint'::regclass, oid from pg_catalog.pg_constraint
    where connamespace = any (select oid from pg_catalog.pg_namespace where nspname = any ($1))
), parts (classid, objid) as (
    select classid, objid from mine
    union all
    select 'pg_catalog.pg_attrdef'::regclass, d.oid from pg_catalog.pg_attrdef d
    join mine on mine.classid = 'pg_catalog.pg_class'::regclass and mine.objid = d.adrelid
    union all
    select 'pg_catalog.pg_policy'::regclass, p.oid from pg_catalog.pg_policy p
    join mine on mine.classid = 'pg_catalog.pg_class'::regclass and mine.objid = p.polrelid
    union all
    select 'pg_catalog.pg_trigger'::regclass, t.oid from pg_catalog.pg_trigger t
    join mine on mine.classid = 'pg_catalog.pg_class'::regclass and mine.objid = t.tgrelid
    union all
    select 'pg_catalog.pg_rewrite'::regclass, r.oid from pg_catalog.pg_rewrite r
    join mine on mine.classid = 'pg_catalog.pg_class'::regclass and mine.objid = r.ev_class
), provided (classid, objid, extension) as (
    select d.classid, d.objid, d.refobjid from pg_catalog.pg_depend d
    where d.refclassid = 'pg_catalog.pg_extension'::regclass and d.deptype = 'e'
    union all
    select 'pg_catalog.pg_extension'::regclass, oid, oid from pg_catalog.pg_extension
)
select e.extname as name,
       e.extversion as version,
       n.nspname as schema,
       array(
           select distinct pg_catalog.pg_describe_object(d.classid, d.objid, 0)
           from pg_catalog.pg_depend d
           join provided on (provided.classid, provided.objid) = (d.refclassid, d.refobjid)
           join parts on (parts.classid, parts.objid) = (d.classid, d.objid)
           where provided.extension = e.oid
             and d.deptype <> 'e'
             and not exists (select from provided own where (own.classid, own.objid) = (d.classid, d.objid))
           order by 1
           limit 5
       ) as needed_by
from pg_catalog.pg_extension e
join pg_catalog.pg_namespace n on n.oid = e.extnamespace
order by e.extname collate "C";
