"""Every address of the portal, found in the URL configuration: what generic tests walk, so that none is forgotten."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def names(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Yield the name of every address of ours; Django's technical admin has its own rights."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            yield prefix + pattern.name


def parameters(name: str) -> set[str]:
    """Return the names of the parts that an address asks for."""
    resolver = get_resolver()
    *space, last = name.split(":")
    if space:
        resolver = resolver.namespace_dict[space[0]][1]
    (possibility, *_others) = resolver.reverse_dict.getlist(last)
    return set(possibility[0][0][1])
