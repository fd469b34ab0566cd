-- Tables that hold rows: all of the schemas $1, and those that $2 names (schema.table).
select n.nspname as schema,
       c.relname as name,
       (select jsonb_agg(jsonb_build_object(
                   'name', a.attname,
                   'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
                   'generated', a.attgenerated <> ''
               ) order by a.attnum)
        from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select jsonb_agg(key.columns order by key.rank, key.name)
        from (
            select con.contype <> 'p' as rank, con.conname as name,
                   (select jsonb_agg(a.attname order by part.position)
                    from unnest(con.conkey) with ordinality as part (number, position)
                    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = part.number) as columns
            from pg_catalog.pg_constraint con
            where con.conrelid = c.oid and con.contype in ('p', 'u')
        ) key) as keys
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r'
  and (n.nspname = any ($1) or n.nspname || '.' || c.relname = any ($2))
  and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname collate "C", c.relname collate "C";
