"""Whoever follows a link arrives."""

from pathlib import Path

import pytest

from tests.unit.test_docs.pages import PAGES, ROOT, anchors, links, name


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = [link for link in links(page) if not _arrives(page, link)]
    assert not lost


def test_every_page_and_picture_is_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        found = {_target(page, link) for link in links(page) if "://" not in link} - reached
        reached |= found
        ahead += [one for one in found if one.suffix == ".md"]
    docs = ROOT / "docs"
    assert {*docs.glob("**/*.md"), *docs.glob("**/*.png")} <= reached


def _arrives(page: Path, link: str) -> bool:
    if "://" in link:
        return link.startswith("https://") or "//127.0.0.1" in link
    target, _, fragment = link.partition("#")
    there = _target(page, target) if target else page
    return there.exists() and (not fragment or fragment in anchors(there))


def _target(page: Path, link: str) -> Path:
    return (page.parent / link.partition("#")[0]).resolve() if not link.startswith("#") else page
