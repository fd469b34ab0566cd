-- Stands in for pgcrypto where PostgreSQL was built without OpenSSL: digests, keyed digests, random bytes.
create function digest(data bytea, type text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    case lower(type)
        when 'md5' then return decode(md5(data), 'hex');
        when 'sha224' then return sha224(data);
        when 'sha256' then return sha256(data);
        when 'sha384' then return sha384(data);
        when 'sha512' then return sha512(data);
        else raise exception 'Cannot use "%": No such hash algorithm', type using errcode = '22023';
    end case;
end $$;

create function digest(data text, type text) returns bytea language sql immutable strict parallel safe
    as $$ select @extschema@.digest(convert_to(data, 'UTF8'), type) $$;

-- RFC 2104: the key fills a block, a longer one is hashed first; two paddings, two passes.
create function hmac(data bytea, key bytea, type text) returns bytea
    language plpgsql immutable strict parallel safe as $$
declare
    block constant integer := case when lower(type) in ('sha384', 'sha512') then 128 else 64 end;
    padded bytea := case when length(key) > block then @extschema@.digest(key, type) else key end;
    inner_key bytea := decode(repeat('36', block), 'hex');
    outer_key bytea := decode(repeat('5c', block), 'hex');
begin
    for place in 0 .. length(padded) - 1 loop
        inner_key := set_byte(inner_key, place, get_byte(padded, place) # 54);
        outer_key := set_byte(outer_key, place, get_byte(padded, place) # 92);
    end loop;
    return @extschema@.digest(outer_key || @extschema@.digest(inner_key || data, type), type);
end $$;

create function hmac(data text, key text, type text) returns bytea
    language sql immutable strict parallel safe
    as $$ select @extschema@.hmac(convert_to(data, 'UTF8'), convert_to(key, 'UTF8'), type) $$;

create function gen_random_uuid() returns uuid language sql volatile parallel safe
    as $$ select pg_catalog.gen_random_uuid() $$;

-- Six bits of a random UUID are fixed, so each block of bytes is the digest of two of them.
create function gen_random_bytes(count integer) returns bytea language plpgsql volatile strict parallel safe as $$
declare
    bytes bytea := '';
begin
    if count not between 1 and 1024 then
        raise exception 'Length not in range' using errcode = '22023';
    end if;
    while length(bytes) < count loop
        bytes := bytes
            || sha256(uuid_send(pg_catalog.gen_random_uuid()) || uuid_send(pg_catalog.gen_random_uuid()));
    end loop;
    return substring(bytes from 1 for count);
end $$;
