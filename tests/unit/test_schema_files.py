from pathlib import Path

import pytest

from provisioning.domain.schema_files import EXPECTED_TABLES, SchemaFile, fingerprint, read_schema_files

SCHEMA = Path(__file__).parents[2] / "schema" / "tenant"


def write(folder: Path, name: str, sql: str = "select 1;\n") -> None:
    (folder / name).write_text(sql, encoding="utf-8")


def test_the_base_schema_reads_and_makes_every_expected_table() -> None:
    files = read_schema_files(SCHEMA)

    assert files[0].name == "base_schema"
    whole = "".join(file.sql for file in files)
    assert all(f"create table if not exists public.{table} (" in whole for table in EXPECTED_TABLES)
    assert len(EXPECTED_TABLES) == 11


def test_reads_oldest_first_and_only_sql(tmp_path: Path) -> None:
    write(tmp_path, "20270101000000_b.sql", "select 2;\n")
    write(tmp_path, "20261124000001_a_first.sql")
    write(tmp_path, "README.md")

    assert read_schema_files(tmp_path) == (
        SchemaFile("20261124000001", "a_first", "select 1;\n"),
        SchemaFile("20270101000000", "b", "select 2;\n"),
    )


@pytest.mark.parametrize(
    "name",
    ["schema.sql", "2026_short.sql", "20261124000001.sql", "20261124000001_.sql", "20261124000001_A b.sql"],
)
def test_refuses_a_name_without_version(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)

    with pytest.raises(ValueError, match="is not named like") as refusal:
        read_schema_files(tmp_path)
    assert name in str(refusal.value)


def test_refuses_a_version_that_is_there_twice(tmp_path: Path) -> None:
    write(tmp_path, "20261124000001_one.sql")
    write(tmp_path, "20261124000001_two.sql")

    with pytest.raises(ValueError, match=r"20261124000001 is there twice, as one and as two"):
        read_schema_files(tmp_path)


def test_refuses_a_folder_that_is_empty_or_missing(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ValueError, match=r"holds no \.sql files"):
            read_schema_files(folder)


def test_refuses_an_empty_file(tmp_path: Path) -> None:
    write(tmp_path, "20261124000001_nothing.sql", "\n")

    with pytest.raises(ValueError, match="is empty"):
        read_schema_files(tmp_path)


def test_refuses_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "20261124000001_binary.sql").write_bytes(b"\xff\xfe")

    with pytest.raises(ValueError, match="is not UTF-8"):
        read_schema_files(tmp_path)


def test_the_fingerprint_changes_with_any_part_and_with_nothing_else() -> None:
    base = SchemaFile("20261124000001", "base", "select 1;")
    others = [
        (SchemaFile("20261124000002", "base", "select 1;"),),
        (SchemaFile("20261124000001", "bases", "elect 1;"),),
        (SchemaFile("20261124000001", "base", "select 2;"),),
        (base, base),
        (),
    ]

    assert len(fingerprint([base])) == 64
    assert fingerprint([base]) == fingerprint((base,))
    assert len({fingerprint([base]), *map(fingerprint, others)}) == 1 + len(others)


def test_the_fingerprint_does_not_depend_on_line_ends(tmp_path: Path) -> None:
    prints = set()
    for folder, ends in ((tmp_path / "unix", "\n"), (tmp_path / "windows", "\r\n")):
        folder.mkdir()
        (folder / "20261124000001_a.sql").write_bytes(f"select 1;{ends}select 2;{ends}".encode())
        prints.add(fingerprint(read_schema_files(folder)))

    assert len(prints) == 1
