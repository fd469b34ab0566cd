-- Roles that grants and policies in the schemas $1, and policies on the tables $2, name; PUBLIC is none.
with mine as (
    select oid, nspacl from pg_catalog.pg_namespace where nspname = any ($1)
), listed (acl) as (
    select nspacl from mine
    union all
    select relacl from pg_catalog.pg_class join mine on mine.oid = relnamespace
    union all
    select proacl from pg_catalog.pg_proc join mine on mine.oid = pronamespace
    union all
    select typacl from pg_catalog.pg_type join mine on mine.oid = typnamespace
    union all
    select attacl from pg_catalog.pg_attribute
    join pg_catalog.pg_class c on c.oid = attrelid
    join mine on mine.oid = c.relnamespace
), named (role) as (
    select entry.grantee from listed, lateral pg_catalog.aclexplode(acl) entry
    union
    select unnest(p.polroles)
    from pg_catalog.pg_policy p
    join pg_catalog.pg_class c on c.oid = p.polrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any ($1) or n.nspname || '.' || c.relname = any ($2)
)
select rolname from pg_catalog.pg_roles join named on named.role = oid order by rolname collate "C";
