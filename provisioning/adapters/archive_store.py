"""Opens the archive that ARCHIVE_URL names: a folder, made where it is missing, or a bucket."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore.store import ObjectStore, from_url


def open_store(url: str) -> ObjectStore:
    """Open it. Dumps are nobody else's to read: a folder that we make is closed to others."""
    if url.startswith("file:"):
        Path(unquote(urlsplit(url).path)).mkdir(mode=0o700, parents=True, exist_ok=True)
    return from_url(url)
