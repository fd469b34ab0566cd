"""A schema change, statement by statement: what may lose something that a tenant has."""

import pytest

from provisioning.domain.destruction import may_destroy
from provisioning.domain.schema_change import plan_files
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.statements import Unreadable, split
from tests.fakes.world import real_schema


@pytest.mark.parametrize(
    "sql",
    [
        "create table notes (id int primary key, body text default 'drop table; ')",
        "CREATE UNIQUE INDEX IF NOT EXISTS notes_body ON public.notes (body)",
        "alter table public.products add column note text",
        "alter table products add column if not exists a numeric(10, 2), add constraint c check (a > 0)",
        'alter table only "Products" alter column name set default $$x$$, alter price drop not null',
        "alter table products enable row level security",
        "alter table products drop constraint products_name_key",
        "create or replace function f() returns int language sql as $body$ delete from t; select 1; $body$",
        "create policy own on notes for select to authenticated using (user_id = (select auth.uid()))",
        "drop policy if exists own on notes",
        "drop index products_name",
        "comment on table notes is 'truncate me'",
        "grant select on notes to authenticated",
        "insert into notes (id) values (1) on conflict do nothing",
        "alter type mood add value 'calm'",
        "-- a remark; with a semicolon\ncreate schema more",
        "/* one /* nested */ drop table x; */ create sequence s",
    ],
)
def test_what_only_adds_is_harmless(sql: str) -> None:
    assert [may_destroy(one) for one in split(sql)] == [False]


@pytest.mark.parametrize(
    "sql",
    [
        "drop table notes",
        "DROP TABLE IF EXISTS public.notes CASCADE",
        "truncate notes",
        "delete from notes where true",
        "update products set name = ''",
        "alter table products drop column note",
        "alter table products drop note",
        "alter table products add column a int, drop column b",
        "alter table products alter column price type real",
        "alter table products rename column price to cost",
        "alter table products rename to goods",
        "alter table products disable row level security",
        "alter table products drop constraint products_pkey cascade",
        "drop index products_name cascade",
        "drop function f() cascade",
        "drop type mood",
        "drop schema more cascade",
        "drop materialized view totals",
        "alter type mood rename to feeling",
        "do $$ begin delete from notes; end $$",
        "select setval('s', 1)",
        "with gone as (delete from notes returning *) select * from gone",
        "insert into notes (id) values (1) on conflict (id) do update set body = ''",
        "merge into notes using more on true when matched then delete",
        "call tidy()",
        "execute something",
        "create rule r as on insert to notes do instead nothing",
        "create/**/or replace rule r as on select to notes do instead select 1",
        "something that nobody knows",
    ],
)
def test_whatever_is_not_known_to_be_harmless_may_destroy(sql: str) -> None:
    assert [may_destroy(one) for one in split(sql)] == [True]


def test_statements_are_split_where_they_end_and_know_their_line() -> None:
    sql = "create table a (b text default ';');\n\n-- c;\ncreate function f() returns text as $x$ select ';' $x$;"
    assert [(one.line, one.brief[:14]) for one in split(sql)] == [
        (1, "create table a"),
        (4, "create functio"),
    ]


def test_a_name_in_quotes_is_a_name() -> None:
    (one,) = split('create table "drop table x; --" (id int)')
    assert not may_destroy(one)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("create table a (b text default 'x)", "line 1: ' is not closed"),
        ("\ncreate function f() as $x$ select 1", r"line 2: \$x\$ is not closed"),
        ("/* a /* b */", "line 1: a comment is not closed"),
        ("create function f() returns int begin atomic select 1; end", "`begin atomic` is not read"),
    ],
)
def test_what_cannot_be_split_is_said_and_not_guessed(sql: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        split(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "begin; create table a (id int); commit",
        "create index concurrently i on a (id)",
        "vacuum a",
        "drop database x",
    ],
)
def test_what_needs_a_transaction_of_its_own_is_refused(sql: str) -> None:
    with pytest.raises(ValueError, match=r"20261125000001_x.sql, line 1: .* can't be in one transaction"):
        plan_files([SchemaFile("20261125000001", "x", sql)])


def test_the_base_schema_can_be_read() -> None:
    (base,) = plan_files(real_schema())
    assert base.label == "20261124000001_base_schema.sql"
    assert len(base.statements) > 20
