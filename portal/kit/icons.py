"""The few line drawings of the interface, by name."""

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

# 24 × 24, drawn for this project.
PATHS = {
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "phone": '<path d="M6.500 3.500h2.800l1.700 4.500-2.200 1.600a11 11 0 0 0 5.600 5.600L16 13l4.500 1.700v2.800a3 3 0 0 1-3 3A14 14 0 0 1 3.500 6.500a3 3 0 0 1 3-3z"/>',
    "file": '<path d="M6 3h8l4 4v14H6zM14 3v4h4"/>',
    "warning": '<path d="M12 4 2.800 20h18.400zM12 10v4.500M12 17.300v.01"/>',
    "done": '<circle cx="12" cy="12" r="9"/><path d="m8 12.500 2.800 2.800L16 9.500"/>',
    "download": '<path d="M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.500 2.500"/>',
    "town-hall": '<path d="M3.500 21h17M5.500 21V9.500L12 5l6.500 4.500V21M12 5V2.500h3M10 21v-5h4v5M9 12h.01M15 12h.01"/>',
    "people": '<circle cx="8.500" cy="8" r="3.200"/><path d="M2.500 20c0-4 2.500-6 6-6s6 2 6 6M15 4.900a3.200 3.200 0 0 1 0 6.200M17.500 14.500c2.500.7 4 2.500 4 5.500"/>',
    "papers": '<rect x="5" y="3" width="14" height="18" rx="2"/><circle cx="12" cy="10" r="3.200"/><path d="M9 17h6"/>',
    "family": '<path d="M12 4v8H4a8 6 0 0 0 16 0 8 8 0 0 0-8-8zM4 12 2.500 9H1"/><circle cx="8.500" cy="20.500" r="1.500"/><circle cx="15.500" cy="20.500" r="1.500"/>',
    "street": '<path d="M12 21s7-6.500 7-12a7 7 0 1 0-14 0c0 5.500 7 12 7 12z"/><circle cx="12" cy="9" r="2.500"/>',
    "club": '<circle cx="9" cy="14" r="6"/><circle cx="15" cy="14" r="6"/><path d="m7 5 2-2 2 2-2 2z"/>',
    "home": '<path d="m3 11 9-7.500 9 7.500M5.500 9.500V20h13V9.500M10 20v-5.500h4V20"/>',
    "letter": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 7 8 6 8-6"/>',
}


@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """Draw an icon; it is decoration, hidden from screen readers: the word beside it says the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', SafeString(PATHS[name])
    )
