"""The citizen's side: one step against formtools' own wizard, a whole filing, the weight of its first page."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse

from bench_support import stock
from bench_support.browser import Browser, Reply, encode, loaded_by
from bench_support.figures import Action, cpu_ms, least, say, statements
from bench_support.world import TYPED, World
from procedures.models import Document, Draft
from tests.support.queue import drain


@dataclass
class Filing:
    """One filing: each reply, and what it took."""

    replies: list[Reply] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    cpu_ms: float = 0.0

    def did(self, ask: Callable[[], Reply], status: int) -> Reply:
        """Make one request and add it up."""
        with statements() as sent:
            started = time.process_time()
            reply = ask()
            self.cpu_ms += (time.process_time() - started) * 1000
        self.queries.append(len(sent))
        self.replies.append(reply.expect(status))
        return reply


def run(world: World) -> None:
    """Print every figure."""
    steps(world)
    whole(world)
    first_page(world)


def begun(world: World) -> tuple[Browser, Reply]:
    """Return a browser that reads the procedure's page, and the reply to its "begin" button."""
    browser = world.browser()
    page = browser.get(reverse("filing:procedure", args=[world.procedure.slug])).expect(200)
    return browser, browser.send(page, reverse("filing:start", args=[world.procedure.slug]), {}).expect(302)


def steps(world: World) -> None:
    """Compare showing and saving a step of five questions, already answered once, with the stock wizard's."""
    ours = our_step(world)
    theirs = stock_step(world)
    get, stock_get, post, stock_post = least(ours[0], theirs[0], ours[1], theirs[1])
    say("filing.step_get.vs_stock_wizard", value=round(get / stock_get, 3), unit="ratio")
    say("filing.step_post.vs_stock_wizard", value=round(post / stock_post, 3), unit="ratio")
    browser = world.browser()
    bare, plain = least(lambda: browser.get(reverse("bench_bare")), lambda: browser.get(reverse("bench_plain")))
    for name, value in [
        ("filing.step_get", get),
        ("filing.step_post", post),
        ("stock_wizard.step_get", stock_get),
        ("stock_wizard.step_post", stock_post),
        ("bare_view", bare),
        ("plain_page", plain),
    ]:
        say(f"{name}.cpu_ms", value=round(value, 2), unit="ms")


def our_step(world: World) -> tuple[Action, Action]:
    """Return what shows and what saves the portal's first step."""
    browser, start = begun(world)
    address = start.location
    page = browser.get(address).expect(200)
    kind, body = encode(page, {**TYPED["demandeur"], "action": "next"})
    return checked(browser, address, kind, body)


def stock_step(world: World) -> tuple[Action, Action]:
    """Return what shows and what saves the stock wizard's first step."""
    browser = world.browser()
    address = reverse("bench_step", args=[stock.FIRST])
    page = browser.get(address).expect(200)
    typed = {name: value for name, value in TYPED["demandeur"].items() if not name.startswith("born-")}
    values = {f"{stock.FIRST}-{name}": value for name, value in {**typed, "born": "29/02/1960"}.items()}
    kind, body = encode(page, {"stock_wizard-current_step": stock.FIRST, **values})
    return checked(browser, address, kind, body)


def checked(browser: Browser, address: str, kind: str, body: bytes) -> tuple[Action, Action]:
    """Return both actions, once it is sure that the save is accepted and shown again."""
    browser.post(address, kind, body).expect(302)
    if "Lefèvre" not in browser.get(address).expect(200).text:
        raise RuntimeError(f"{address} does not show again what was saved")
    return (lambda: browser.get(address).expect(200)), (lambda: browser.post(address, kind, body).expect(302))


def file_once(world: World) -> Filing:
    """File a request, from the "begin" button to the confirmation."""
    filing, browser = Filing(), world.browser()
    page = browser.get(reverse("filing:procedure", args=[world.procedure.slug])).expect(200)
    begin = reverse("filing:start", args=[world.procedure.slug])
    reply = filing.did(lambda: browser.send(page, begin, {}), 302)
    for typed in TYPED.values():
        address = reply.location
        page = filing.did(lambda address=address: browser.get(address), 200)  # type: ignore[misc]
        kind, body = encode(page, {**typed, "action": "next"})
        reply = filing.did(lambda a=address, k=kind, b=body: browser.post(a, k, b), 302)  # type: ignore[misc]
    recap = reply.location
    page = filing.did(lambda: browser.get(recap), 200)
    kind, body = encode(page, {"ok": "on"})
    reply = filing.did(lambda: browser.post(recap, kind, body), 302)
    confirmation = reply.location
    filing.did(lambda: browser.get(confirmation), 200)
    return filing


def whole(world: World, rounds: int = 5, times: int = 7) -> None:
    """Say what a whole filing costs: the web's part, then the worker's beside it."""
    for _ in range(2):
        filing = file_once(world)
        drain()
    web, worker = float("inf"), float("inf")
    for _ in range(rounds):
        filings, tasks = [], []
        for _ in range(times):
            filing = file_once(world)
            filings.append(filing.cpu_ms)
            tasks.append(cpu_ms(drain))
        web = min(web, sorted(filings)[times // 2])
        worker = min(worker, sorted(tasks)[times // 2])
    say("filing.whole.requests", value=len(filing.replies), unit="requests")
    say("filing.whole.queries", value=sum(filing.queries), unit="queries", by_request=filing.queries)
    say("filing.whole.web_cpu_ms", value=round(web, 1), unit="ms")
    reason = not_rendered()
    if reason:
        say("filing.whole.total_cpu_ms", skipped=reason)
    else:
        say("filing.whole.total_cpu_ms", value=round(web + worker, 1), unit="ms")
    # A browser with an empty cache also loads, once, what the first page needs.
    browser = world.browser()
    assets = loaded_by(browser, filing.replies[1])
    say("filing.whole.bytes", value=sum(reply.size for reply in [*filing.replies, *assets]), unit="bytes")
    pages = sum(reply.compressed for reply in filing.replies) + sum(asset.compressed for asset in assets)
    say("filing.whole.compressed_bodies", value=pages, unit="bytes")
    if Draft.objects.filter(submission=None).count() > 1:
        raise RuntimeError("a filing left its draft behind")


def not_rendered() -> str:
    """Say why the last receipt is no PDF; nothing when it is one."""
    receipt = Document.objects.order_by("-pk").select_related("stored").first()
    if receipt is None:
        return "a filing owes no receipt"
    if receipt.state == Document.State.DONE and receipt.stored is not None:
        return ""
    return f"the receipt is not rendered: {receipt.state}, {receipt.last_error or 'no error'}"


def first_page(world: World) -> None:
    """Weigh the first form page with the style sheets and the icon it loads."""
    browser, start = begun(world)
    page = browser.get(start.location).expect(200)
    loaded = [page, *loaded_by(browser, page)]
    parts = {reply.path.partition("?")[0].rpartition("/")[2] or "page": reply.compressed for reply in loaded}
    say("filing.first_page_kb", value=round(sum(parts.values()) / 1000, 2), unit="kB", parts=parts)
    served = sum(len(reply.body) for reply in loaded)
    say("filing.first_page_as_served_kb", value=round(served / 1000, 2), unit="kB")
    say("filing.first_page_requests", value=len(loaded), unit="requests")
