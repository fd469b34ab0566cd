"""The small real sales file that step 8 uploads: two rows in the layout of one of the tenant's own vendors."""

import csv
import io
from collections.abc import Iterable

from provisioning.domain.seeds import Seeds

FILENAME_START = "tenantbot-verification-"
ROWS = 2

_VALUES = {
    "product_ean": ("4006381333931", "5901234123457"),
    "functional_name": ("Verification A", "Verification B"),
    "product_name": ("Verification A", "Verification B"),
    "quantity": ("3", "1"),
    "sales_eur": ("29.70", "9.90"),
    "sales_amount": ("29.70", "9.90"),
    "reseller": ("Verification", "Verification"),
    "month": ("1", "2"),
    "year": ("2025", "2025"),
}


def sales_file(seeds: Seeds, vendors: Iterable[str]) -> tuple[str, bytes] | None:
    """Make the file for the vendor that suits best (boxnox where it is there). None when no vendor's layout fits."""
    present = set(vendors)
    for config in sorted(seeds.vendors, key=lambda one: (one.vendor_name != "boxnox", one.vendor_name)):
        if config.vendor_name in present:
            columns = [(field, header) for field, header in config.column_mapping.items() if field in _VALUES]
            return f"{FILENAME_START}{config.vendor_name}.csv", _csv(columns)
    return None


def _csv(columns: list[tuple[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([header for _, header in columns])
    for row in range(ROWS):
        writer.writerow([_VALUES[field][row] for field, _ in columns])
    return out.getvalue().encode()
