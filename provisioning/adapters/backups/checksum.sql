-- Counts a table's rows and adds up a hash of each of them: any changed cell changes the sum, their order does not.
-- Computed columns are left out: no dump holds them, and what they are computed with may be the server's (its locale).
-- The table and its columns are put in, quoted.
select count(*) as rows,
       encode(sha256(convert_to(concat_ws(':', coalesce(sum(one), 0), coalesce(sum(two), 0)), 'UTF8')), 'hex') as checksum
from (
    select ('x' || encode(substr(hash, 1, 8), 'hex'))::bit(64)::bigint as one,
           ('x' || encode(substr(hash, 9, 8), 'hex'))::bit(64)::bigint as two
    from (select sha256(convert_to(row({columns})::text, 'UTF8')) as hash from only {table}) hashed
) split;
