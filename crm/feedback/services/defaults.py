"""What a place begins with: the letters that ask, and themes that fit most businesses, in English."""

from crm.feedback.models import Taxonomy
from crm.feedback.selectors import current_taxonomy
from crm.feedback.services.notices import ensure_letters
from crm.feedback.services.taxonomy import ThemeValues, write_taxonomy
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic

# By name: lines of keywords and phrases, and what says that the theme is not meant.
_THEMES: dict[str, tuple[tuple[str, ...], str]] = {
    "Price": (("price, cost, cheap, expensive, pricey, overpriced, affordable, discount", "value for money, worth it"),
              "priceless"),
    "Quality": (("quality, fresh, stale, taste, tasty, flavour, flavor, delicious, bland, bitter, well made",
                 "broken, defective, faulty, fell apart"), ""),
    "Service": (("service, staff, employee, team, support, barista, waiter",
                 "friendly, rude, helpful, unhelpful, polite, attentive"), "self service"),
    "Delivery": (("delivery, deliver, shipping, shipped, courier, tracking, arrived, never came",
                  "parcel, package, packaging"), ""),
    "Product range": (("selection, choice, range, variety, menu, assortment, blend, roast", "out of stock, sold out"),
                      ""),
    "Website and app": (("app, website, site, web page, online shop, checkout, screen",
                         "login, log in, password, crashes, crashed"), "construction site"),
    "Waiting": (("wait, waiting, queue, line was long, long line, slow, delay, late, quick",
                 "took forever, took ages"), ""),
    "Place": (("shop, store, seat, seating, table, music, parking, toilet, atmosphere",
               "noisy, loud, cosy, clean, dirty"), "online shop, web shop, app store"),
}  # fmt: skip


@atomic
def set_up_feedback() -> Taxonomy:
    """The letters and the themes a place begins with, where it has none yet; doing it again changes nothing."""
    hold_names("feedback defaults")
    ensure_letters()
    return current_taxonomy() or write_taxonomy(themes=default_themes())


def taxonomy_in_use() -> Taxonomy:
    """The themes that comments are read for now; where nobody has written any, those that a place begins with."""
    return current_taxonomy() or set_up_feedback()


def default_themes() -> list[ThemeValues]:
    return [
        {"name": name, "words": {"en": {"keywords": _phrases(*lines), "excludes": _phrases(excludes)}}}
        for name, (lines, excludes) in _THEMES.items()
    ]


def _phrases(*lines: str) -> list[str]:
    return [phrase.strip() for line in lines for phrase in line.split(",") if phrase.strip()]
