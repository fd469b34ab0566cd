-- All that the schemas $1 are made of, but rows and what belongs to extensions; and what was attached to the tables
-- $2 (schema.table), as statements: triggers that call functions of ours, and policies.
with member as (
    select classid, objid from pg_catalog.pg_depend where deptype = 'e'
), schema as (
    select oid, nspname, nspowner, nspacl from pg_catalog.pg_namespace where nspname = any ($1)
), rel as (
    select c.oid, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
           format('%I.%I', s.nspname, c.relname) as name
    from pg_catalog.pg_class c
    join schema s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')
      and not exists (select from member where classid = 'pg_catalog.pg_class'::regclass and objid = c.oid)
), carried as (
    select c.oid, format('%I.%I', n.nspname, c.relname) as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname || '.' || c.relname = any ($2)
), routine as (
    select p.oid, p.prokind, p.proowner, p.proacl, p.oid::regprocedure::text as name
    from pg_catalog.pg_proc p
    join schema s on s.oid = p.pronamespace
    where not exists (select from member where classid = 'pg_catalog.pg_proc'::regclass and objid = p.oid)
), policy as (
    select p.polname, p.polrelid, format(
               'create policy %I on %s as %s for %s to %s%s%s',
               p.polname, p.polrelid::regclass,
               case when p.polpermissive then 'permissive' else 'restrictive' end,
               case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                             when 'd' then 'delete' else 'all' end,
               (select string_agg(coalesce(quote_ident(r.rolname), 'public'), ', ' order by r.rolname collate "C")
                from unnest(p.polroles) as wanted (role) left join pg_catalog.pg_roles r on r.oid = wanted.role),
               ' using (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
               ' with check (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')'
           ) as definition
    from pg_catalog.pg_policy p
), trigger as (
    select t.tgname, t.tgrelid, t.tgfoid, pg_catalog.pg_get_triggerdef(t.oid)
           || case t.tgenabled when 'O' then '' else ' -- enabled: ' || t.tgenabled::text end as definition
    from pg_catalog.pg_trigger t
    where not t.tgisinternal
)
select 'schema' as kind, quote_ident(nspname) as name, '' as definition from schema
union all
select 'table', name,
       case relkind when 'p' then 'partitioned' when 'f' then 'foreign' when 'c' then 'type' else 'table' end
from rel where relkind in ('r', 'p', 'f', 'c')
union all
select 'column', format('%s.%I', rel.name, a.attname), concat_ws(
           ' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
           case when a.attnotnull then 'not null' end,
           case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
           case a.attgenerated when '' then 'default' else 'generated' end
               || ' ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid)
       )
from rel
join pg_catalog.pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where rel.relkind <> 'S'
union all
select 'constraint', format('%s.%I', rel.name, con.conname), pg_catalog.pg_get_constraintdef(con.oid)
from rel
join pg_catalog.pg_constraint con on con.conrelid = rel.oid
where con.contype in ('p', 'u', 'f', 'c', 'x')
union all
select 'index', format('%s.%I', rel.name, i.relname), pg_catalog.pg_get_indexdef(x.indexrelid)
from rel
join pg_catalog.pg_index x on x.indrelid = rel.oid
join pg_catalog.pg_class i on i.oid = x.indexrelid
union all
select case relkind when 'v' then 'view' else 'materialized view' end, name, pg_catalog.pg_get_viewdef(oid)
from rel where relkind in ('v', 'm')
union all
select 'sequence', name, concat_ws(' ', pg_catalog.format_type(seqtypid, null), seqstart, seqincrement, seqmin, seqmax,
                                   seqcache, case when seqcycle then 'cycle' end)
from rel join pg_catalog.pg_sequence on seqrelid = oid
union all
select 'type', t.oid::regtype::text,
       case t.typtype
           when 'e' then (select 'enum ' || string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                          from pg_catalog.pg_enum e where e.enumtypid = t.oid)
           when 'd' then concat_ws(' ', 'domain', pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typdefault,
                          (select string_agg(pg_catalog.pg_get_constraintdef(con.oid), ' ' order by con.conname)
                           from pg_catalog.pg_constraint con where con.contypid = t.oid and con.contype = 'c'))
           else 'range'
       end
from pg_catalog.pg_type t
join schema on schema.oid = t.typnamespace
where t.typtype in ('e', 'd', 'r')
  and not exists (select from member where classid = 'pg_catalog.pg_type'::regclass and objid = t.oid)
union all
select 'function', name,
       case when prokind = 'a' then 'aggregate' else pg_catalog.pg_get_functiondef(oid) end
from routine
union all
select 'trigger', format('%s.%I', rel.name, tgname), trigger.definition from trigger join rel on rel.oid = tgrelid
union all
select 'attached trigger', format('%s.%I', carried.name, tgname), trigger.definition
from trigger join carried on carried.oid = tgrelid join routine on routine.oid = tgfoid
union all
select 'policy', format('%s.%I', rel.name, polname), policy.definition from policy join rel on rel.oid = polrelid
union all
select 'attached policy', format('%s.%I', carried.name, polname), policy.definition
from policy join carried on carried.oid = polrelid
union all
select 'row security', name, case when relforcerowsecurity then 'forced' when relrowsecurity then 'on' else 'off' end
from rel where relkind in ('r', 'p')
union all
select 'grant', format('%s %s to %s', privilege_type, thing, coalesce(quote_ident(r.rolname), 'public')),
       case when is_grantable then 'with grant option' else '' end
from (
    select name as thing, relowner as owner, relacl as acl from rel
    union all
    select name, proowner, coalesce(proacl, acldefault('f', proowner)) from routine
    union all
    select 'schema ' || quote_ident(nspname), nspowner, nspacl from schema where nspname <> 'public'
) granted
cross join lateral pg_catalog.aclexplode(acl) entry
left join pg_catalog.pg_roles r on r.oid = grantee
where grantee <> owner
union all
select 'publication', format('%I of %s', pubname, rel.name), ''
from pg_catalog.pg_publication p
join pg_catalog.pg_publication_rel member_of on member_of.prpubid = p.oid
join rel on rel.oid = member_of.prrelid
where p.pubname = 'supabase_realtime';
