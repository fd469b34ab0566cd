"""Reads a vendor's CSV into sales; a line that makes no sense is put aside with the reason."""

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from sandbox.taskifai.uploads.vendors import NEEDED, Vendor

_CENT = Decimal("0.01")
_LONGEST_TEXT = 255
_LARGEST_QUANTITY = 2**31 - 1
_LARGEST_AMOUNT = Decimal(10) ** 10
_MONTHS = range(1, 13)
_YEARS = range(2000, 2101)


class UnreadableFile(Exception):
    """Nothing of the file can be used; the message says why."""


@dataclass(frozen=True)
class Sheet:
    headers: list[str]
    lines: list[tuple[int, dict[str, str]]]
    """Line numbers in the file, and the cells by header."""


@dataclass(frozen=True)
class Sale:
    functional_name: str
    product_ean: str
    reseller: str
    sales_eur: Decimal
    quantity: int
    month: int
    year: int


@dataclass(frozen=True)
class BadLine:
    number: int
    reason: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Sales:
    good: list[Sale] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read_sheet(content: bytes) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:
            raise UnreadableFile("The file is no text.")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        headers = [cell.strip() for cell in next(reader, [])]
        lines = [(reader.line_num, dict(zip(headers, cells, strict=False))) for cells in reader if any(cells)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"The file can't be read as CSV: {error}") from error
    if not lines:
        raise UnreadableFile("The file has no rows.")
    return Sheet(headers, lines)


def read_sales(sheet: Sheet, vendor: Vendor) -> Sales:
    columns = vendor.column_mapping
    if missing := sorted({columns[name] for name in NEEDED} - set(sheet.headers)):
        raise UnreadableFile(f"Columns of {vendor.vendor_name} are missing: {', '.join(missing)}")
    sales = Sales()
    for number, cells in sheet.lines:
        given = {name: cells.get(header, "").strip() for name, header in columns.items()}
        try:
            sales.good.append(_sale(given, vendor))
        except ValueError as error:
            sales.bad.append(BadLine(number, str(error), cells))
    return sales


def _sale(given: dict[str, str], vendor: Vendor) -> Sale:
    ean = given["product_ean"]
    length = vendor.validation_rules.ean_length
    if not (ean.isascii() and ean.isdigit() and len(ean) == length):
        raise ValueError(f"product_ean: {length} digits expected")
    month, year = _period(given, vendor)
    return Sale(
        functional_name=_name(given.get("functional_name") or given.get("product_name") or ean),
        product_ean=ean,
        reseller=_name(given.get("reseller") or vendor.vendor_name),
        sales_eur=_amount(given.get("sales_eur") or "0", vendor.exchange_rate),
        quantity=_whole("quantity", given["quantity"], range(-_LARGEST_QUANTITY, _LARGEST_QUANTITY + 1)),
        month=month,
        year=year,
    )


def _period(given: dict[str, str], vendor: Vendor) -> tuple[int, int]:
    """Read month and year; a vendor may have both in one column, as a date or as 2025-01."""
    month, year = given["month"], given["year"]
    if vendor.column_mapping["month"] == vendor.column_mapping["year"]:
        year, _, rest = year.partition("-")
        month = rest.partition("-")[0]
    return _whole("month", month, _MONTHS), _whole("year", year, _YEARS)


def _whole(name: str, text: str, allowed: range) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{name}: a whole number expected") from None
    if number not in allowed:
        raise ValueError(f"{name}: {allowed.start} to {allowed.stop - 1} expected")
    return number


def _amount(text: str, rate: float) -> Decimal:
    try:
        amount = (Decimal(text) * Decimal(str(rate))).quantize(_CENT)
        if abs(amount) < _LARGEST_AMOUNT:
            return amount
    except InvalidOperation:
        pass
    raise ValueError("sales_eur: an amount expected")


def _name(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"a name longer than {_LONGEST_TEXT} characters")
    return text
