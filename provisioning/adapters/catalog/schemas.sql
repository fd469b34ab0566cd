-- The tenant's own schemas: neither PostgreSQL's, nor an extension's, nor one of Supabase's services ($1).
select nspname
from pg_catalog.pg_namespace n
where nspname !~ '^pg_'
  and nspname <> 'information_schema'
  and nspname <> all ($1)
  and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
  )
order by nspname collate "C";
