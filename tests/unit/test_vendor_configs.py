import json
from pathlib import Path
from typing import Any

import pytest

from provisioning.domain.seeds import Seeds, read_seeds
from provisioning.domain.vendor_config import CANONICAL_FIELDS, VendorConfig, to_guide_shape

SEEDS = Path(__file__).parents[2] / "seeds"

# The guide's own JSON for boxnox (14.3, step 3).
GUIDE_BOXNOX: dict[str, Any] = {
    "currency": "EUR",
    "header_row": 0,
    "pivot_format": False,
    "column_mapping": {
        "Product EAN": "product_ean",
        "Functional Name": "functional_name",
        "Sold Qty": "quantity",
        "Sales Amount (EUR)": "sales_eur",
        "Reseller": "reseller",
        "Month": "month",
        "Year": "year",
    },
    "validation_rules": {
        "ean_length": 13,
        "month_range": [1, 12],
        "required_fields": ["product_ean", "quantity", "month", "year"],
    },
}

RATES = {
    "boxnox": ("EUR", 1.0),
    "galilu": ("PLN", 0.23),
    "skins_sa": ("ZAR", 0.05),
    "skins_nl": ("EUR", 1.0),
    "cdlc": ("EUR", 1.0),
    "selfridges": ("GBP", 1.17),
    "liberty": ("GBP", 1.17),
    "ukraine": ("UAH", 0.024),
    "continuity": ("GBP", 1.17),
    "online": ("EUR", 1.0),
}


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return read_seeds(SEEDS)


@pytest.fixture
def complete() -> dict[str, Any]:
    """The platform's way of writing a configuration, with nothing that may be left out."""
    return {
        "vendor_name": "acme",
        "file_format": {"type": "csv"},
        "column_mapping": {field: field.title() for field in CANONICAL_FIELDS},
        "validation_rules": {"required_fields": ["product_ean"]},
        "detection_rules": {"filename_keywords": ["acme"], "required_columns": ["Quantity"]},
    }


def test_all_ten_vendors_are_there_with_their_currency(seeds: Seeds) -> None:
    assert {vendor.vendor_name: (vendor.currency, vendor.exchange_rate) for vendor in seeds.vendors} == RATES


@pytest.mark.parametrize("name", sorted(RATES))
def test_a_seed_is_complete_and_stored_as_it_is_written(seeds: Seeds, name: str) -> None:
    written = json.loads((SEEDS / "vendors" / f"{name}.json").read_text(encoding="utf-8"))
    (row,) = seeds.only([name]).vendor_rows()

    assert row == {"vendor_name": name, "config_data": written}
    assert set(CANONICAL_FIELDS) <= set(written["column_mapping"])
    assert set(written) == {
        "vendor_name",
        "currency",
        "exchange_rate",
        "file_format",
        "column_mapping",
        "transformation_rules",
        "validation_rules",
        "detection_rules",
        "metadata",
    }


@pytest.mark.parametrize("name", sorted(RATES))
def test_every_field_that_shares_a_source_says_how_it_is_derived(seeds: Seeds, name: str) -> None:
    (vendor,) = seeds.only([name]).vendors
    sources = list(vendor.column_mapping.values())
    derived = vendor.transformation_rules.model_dump().get("derived_fields", {})

    for field in ("month", "year"):
        if sources.count(vendor.column_mapping[field]) > 1:
            assert derived[field] == {**derived[field], "source": vendor.column_mapping[field], "part": field}


def test_the_resellers_include_the_guides_three(seeds: Seeds) -> None:
    rows = seeds.reseller_rows()

    assert len(rows) == 10
    for name, country in (("Galilu", "Poland"), ("Boxnox", "Europe"), ("Skins SA", "South Africa")):
        assert {"name": name, "country": country} in rows


def test_boxnox_turns_back_into_the_guides_json(seeds: Seeds) -> None:
    (boxnox,) = seeds.only(["boxnox"]).vendors

    assert to_guide_shape(boxnox) == GUIDE_BOXNOX


def test_the_guides_json_is_accepted_and_turned(seeds: Seeds) -> None:
    turned = VendorConfig.parse(GUIDE_BOXNOX, vendor_name="boxnox")
    (boxnox,) = seeds.only(["boxnox"]).vendors

    assert turned.column_mapping == boxnox.column_mapping
    assert turned.file_format.model_dump() == {**boxnox.file_format.model_dump(), "sheet_name": None}
    assert turned.detection_rules.filename_keywords == ["boxnox"]
    assert turned.detection_rules.required_columns == ["Product EAN", "Sold Qty", "Month", "Year"]
    assert to_guide_shape(turned) == GUIDE_BOXNOX
    assert VendorConfig.parse(turned.model_dump(mode="json"), vendor_name="boxnox") == turned


def test_the_guides_shape_has_no_word_for_a_shared_source(seeds: Seeds) -> None:
    (skins,) = seeds.only(["skins_sa"]).vendors

    with pytest.raises(ValueError, match="two fields from one source"):
        to_guide_shape(skins)


def test_a_configuration_may_leave_out_what_has_a_default(complete: dict[str, Any]) -> None:
    config = VendorConfig.parse(complete, vendor_name="acme")

    assert (config.currency, config.exchange_rate) == ("EUR", 1.0)
    assert config.validation_rules.year_range == [2000, 2100]
    assert config.transformation_rules.price_rounding == 2


def test_what_the_platform_does_not_know_is_kept(complete: dict[str, Any]) -> None:
    config = VendorConfig.parse({**complete, "note": {"since": 2024}}, vendor_name="acme")

    assert config.model_dump(mode="json")["note"] == {"since": 2024}


@pytest.mark.parametrize("section", ["file_format", "column_mapping", "validation_rules", "detection_rules"])
def test_names_a_missing_section(complete: dict[str, Any], section: str) -> None:
    del complete[section]

    with pytest.raises(ValueError, match=rf"^{section} is missing\.$"):
        VendorConfig.parse(complete, vendor_name="acme")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vendor_name": "other"}, "vendor_name is 'other'; it should be 'acme'"),
        ({"currency": "euro"}, "currency: string should match pattern"),
        ({"exchange_rate": 0}, "exchange_rate: input should be greater than 0"),
        ({"exchange_rate": "1.17"}, "exchange_rate: input should be a valid number"),
        ({"file_format": {"type": "pdf"}}, "file_format.type: input should be 'excel' or 'csv'"),
        ({"file_format": {}}, "file_format.type is missing"),
        (
            {"column_mapping": {"product_ean": "EAN", "year": "Year"}},
            "must name a source for quantity, month",
        ),
        ({"column_mapping": {"EAN": "product_ean", "Y": "year"}}, "must name a source for quantity, month"),
        ({"column_mapping": {"EAN": "year", "Y": "year"}}, "gives year two sources: 'EAN' and 'Y'"),
        ({"column_mapping": {"EAN": 1}}, "column_mapping.EAN: input should be a valid string"),
        ({"validation_rules": {"required_fields": ["sku"]}}, "asks for sku, which column_mapping lacks"),
        ({"validation_rules": {"required_fields": [], "month_range": [1]}}, "validation_rules.month_range"),
    ],
)
def test_says_what_is_wrong(complete: dict[str, Any], change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is the point
        VendorConfig.parse({**complete, **change}, vendor_name="acme")
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_says_all_that_is_wrong_at_once(complete: dict[str, Any]) -> None:
    del complete["file_format"], complete["detection_rules"]["filename_keywords"]

    with pytest.raises(
        ValueError, match=r"file_format is missing\. detection_rules.filename_keywords is missing\."
    ):
        VendorConfig.parse(complete, vendor_name="acme")


def test_only_keeps_the_named_vendors_and_all_resellers(seeds: Seeds) -> None:
    chosen = seeds.only(["online", "boxnox"])

    assert chosen.vendor_names == ("boxnox", "online")
    assert chosen.resellers == seeds.resellers
    assert seeds.only([]).vendors == ()


def test_refuses_an_unknown_vendor_and_names_the_known_ones(seeds: Seeds) -> None:
    with pytest.raises(ValueError, match=r"no vendor amazon; the known ones are boxnox, cdlc, .*ukraine"):
        seeds.only(["boxnox", "amazon"])


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("vendors/acme.json", "{", "acme.json is not JSON: "),
        ("vendors/acme.json", "[]", "acme.json must hold a JSON object"),
        ("vendors/acme.json", "{}", "acme.json: file_format is missing."),
        ("resellers.json", "{}", "resellers.json: "),
        ("resellers.json", '[{"name": ""}]', "resellers.json: 0.name: "),
        ("resellers.json", '[{"name": "A", "land": "B"}]', "resellers.json: 0.land: "),
        ("resellers.json", '[{"name": "A"}, {"name": "A"}]', "resellers.json names A twice"),
    ],
)
def test_a_bad_file_is_named(
    tmp_path: Path, complete: dict[str, Any], file: str, text: str, sentence: str
) -> None:
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "acme.json").write_text(json.dumps(complete), encoding="utf-8")
    (tmp_path / "resellers.json").write_text("[]", encoding="utf-8")
    assert read_seeds(tmp_path).vendor_names == ("acme",)

    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is the point
        read_seeds(tmp_path)
    assert sentence in str(refusal.value)


def test_missing_files_are_named(tmp_path: Path, complete: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"vendors holds no \.json files"):
        read_seeds(tmp_path)

    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "acme.json").write_text(json.dumps(complete), encoding="utf-8")
    with pytest.raises(ValueError, match=r"resellers\.json is missing"):
        read_seeds(tmp_path)
