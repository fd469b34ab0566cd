-- Stands in for uuid-ossp where PostgreSQL was built without a UUID library.
create function uuid_nil() returns uuid language sql immutable parallel safe
    as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;
create function uuid_ns_dns() returns uuid language sql immutable parallel safe
    as $$ select '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
create function uuid_ns_url() returns uuid language sql immutable parallel safe
    as $$ select '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
create function uuid_ns_oid() returns uuid language sql immutable parallel safe
    as $$ select '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
create function uuid_ns_x500() returns uuid language sql immutable parallel safe
    as $$ select '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

create function uuid_generate_v4() returns uuid language sql volatile parallel safe
    as $$ select pg_catalog.gen_random_uuid() $$;

-- Version 3 is an MD5 sum with the version and the variant written over six of its bits.
create function uuid_generate_v3(namespace uuid, name text) returns uuid
    language sql immutable strict parallel safe as $$
    select encode(
        set_byte(set_byte(sum, 6, get_byte(sum, 6) & 15 | 48), 8, get_byte(sum, 8) & 63 | 128), 'hex'
    )::uuid
    from decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex') as sum
$$;
