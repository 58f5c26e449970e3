"""Renders the overview as one HTML file that asks nothing of any network.

Every text that comes from outside is escaped by the template; the page allows its own style and script alone, by their
digests, and works without the script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import partial
from importlib import resources

from jinja2 import Environment, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from reconcile import __version__
from reconcile.language.translate import Language
from reconcile.overview.chain import RECENT, Amounts, Chain, amounts
from reconcile.overview.days import RECONCILED, VERDICTS, Key
from reconcile.report.excel.context import DEMO_BANNER
from reconcile.report.overview import calendar, first_looks, tables
from reconcile.report.overview.data import data_of
from reconcile.report.overview.names import CLASSES, Words, cut

_POLICY = (
    "default-src 'none'; img-src data:; style-src '{style}'; script-src '{script}'; "
    "base-uri 'none'; form-action 'none'"
)

_MOST_PROBLEMS = 100
"""Days whose books can't be read, and which are named one by one."""


def render(
    chain: Chain, *, names: Mapping[int, str], workbooks: Mapping[Key, str], language: Language
) -> bytes:
    """The page in UTF-8; the same chain gives the same bytes.

    `names`: of venues, by number; `workbooks`: the files beside the page, by day and venue.
    """
    words = Words(chain, names, language)
    signs, weeks = calendar.legend(words), tables.weeks(chain, words)
    counts = [len(chain.on_last_day(verdict)) for verdict in VERDICTS]
    style, script = (_file(name) for name in ("page.css", "page.js"))
    template = _environment().from_string(_file("page.html"))
    text = template.render(
        chain=chain,
        words=words,
        say=language.say,
        many=language.many,
        money=language.money,
        number=language.number,
        lang=language.code,
        program=f"reconcile {__version__}",
        policy=_POLICY.format(style=_digest(style), script=_digest(script)),
        style=Markup(style),  # noqa: S704  the program's own
        script=Markup(script),  # noqa: S704
        data=htmlsafe_json_dumps(data_of(chain, words), separators=(",", ":"), ensure_ascii=False),
        banner=language.say(DEMO_BANNER) if chain.demo else "",
        legend=signs,
        verdicts=[(sign, count) for sign, count in zip(signs, counts, strict=True) if count],
        figures=_figures(chain, language),
        looks=first_looks.looks(chain, words, workbooks),
        groups=calendar.groups(chain, words, workbooks),
        weeks=weeks,
        week_groups=tables.in_groups(weeks),
        shown_weeks=tables.SHOWN_WEEKS,
        recent_days=RECENT,
        share=partial(_share, language),
        causes=tables.causes(chain, words),
        ages=tables.ages(chain),
        problems=[(day, words.venue(venue), cut(why)) for (day, venue), why in chain.problems.items()],
        most_problems=_MOST_PROBLEMS,
    )
    return text.encode()


def _figures(chain: Chain, language: Language) -> list[tuple[str, Amounts]]:
    """The amounts of all venues that stand on top, each with its words."""
    say = language.say
    return [
        (say("The last {days} days", days=RECENT), chain.recent()),
        (say("The {days} days before", days=RECENT), chain.recent(back=1)),
        (
            say("All days since {day}", day=chain.first),
            amounts(day for venue in chain.venues for day in venue.days.values()),
        ),
    ]


def _share(language: Language, thousandths: int) -> str:
    """`12.3 %`."""
    return f"{thousandths // 10}{language.decimal}{thousandths % 10}\N{NO-BREAK SPACE}%"


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["in_table"] = {
        kind: Markup("" if verdict == RECONCILED else f" class={kind}")  # noqa: S704  names of the program's own
        for verdict, kind in (*CLASSES.items(), ("", calendar.NONE))
    }.__getitem__
    return environment


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
