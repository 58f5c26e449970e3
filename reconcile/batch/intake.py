"""Takes into the ledger what people wrote in the workbooks of a folder. One that did not change is not read again."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from reconcile.batch.folder import stamp_of, workbooks
from reconcile.core.input_files import WORKBOOK, open_regular
from reconcile.core.text import counted
from reconcile.evidence.day import Header
from reconcile.ledger import sign_offs, taken_in, trail
from reconcile.ledger.database import NAME
from reconcile.ledger.item import OPEN, Answer, Response
from reconcile.ledger.item_records import answer_record
from reconcile.ledger.ledger import Workbook
from reconcile.ledger.series import Series
from reconcile.ledger.taken_in import EDITED, UNREADABLE, UNTOUCHED, TakenIn
from reconcile.ledger.trail import Event
from reconcile.report.earlier import Unreadable, read
from reconcile.report.excel.package import is_untouched

log = logging.getLogger(__name__)


def take_in_workbooks(connection: sqlite3.Connection, folder: Path, header: Header) -> list[TakenIn]:
    """Take in the workbooks of a day's series that are new or were written since, the oldest first, with an event for
    each answer and sign-off that is new, changed or taken back.

    Returns those that are in the folder, in the order of days and revisions.
    """
    series, there = Series.of(header), []
    known = taken_in.workbooks(connection, series)
    for day, paths in sorted(workbooks(folder, header).items()):
        for revision, path in enumerate(paths):
            stamp = stamp_of(path)
            file = known.get(path.name)
            if file is None or (file.stamp, file.day) != (stamp, day):
                file = _take_in(
                    connection, series, TakenIn(path.name, day, revision, stamp, "", UNTOUCHED), path
                )
            there.append(file)
    if there and not known:
        log.info(
            "%s is new: %s taken in; when each answer in them was given is not known",
            NAME, counted(len(there), "workbook was", "workbooks were"),
        )  # fmt: skip
    return there


def _take_in(connection: sqlite3.Connection, series: Series, file: TakenIn, path: Path) -> TakenIn:
    book = None
    if not is_untouched(path):
        try:
            book = read(path, file.day)
            with open_regular(path, WORKBOOK) as stream:
                file = file._replace(state=EDITED, sha256=file_digest(stream, "sha256").hexdigest())
        except Unreadable as error:
            file = file._replace(state=UNREADABLE, why=str(error))
        except OSError as error:
            file = file._replace(state=UNREADABLE, why=f"{path.name} can't be read back ({error.strerror})")
    if book is not None:
        for event in _events(connection, series, file, book):
            trail.add(connection, series, event)
        sign_offs.take_in(connection, series, file, book.sign_offs, book.modified_by)
    taken_in.take_in(connection, series, file, book)
    return file


def _events(connection: sqlite3.Connection, series: Series, file: TakenIn, book: Workbook) -> Iterator[Event]:
    """What people say in this workbook that they did not say before."""
    told = taken_in.answers_in(connection, file.name)
    for key, response in book.responses.items():
        before = told.get(key)
        if response == before or (before is None and not taken_in.says_something(response)):
            continue
        was_answered = before is not None and before.answer.status != OPEN
        kind = _kind_of(
            response, trail.last_answer(connection, series, key), was_answered or response.withdrawn
        )
        if kind:
            yield Event(
                kind, file.day.isoformat(), key, book.modified_by, file.name, file.sha256,
                trail.last_answer(connection, series, key), _text(response.answer),
            )  # fmt: skip


def _kind_of(response: Response, last: str, may_take_back: bool) -> str:
    """What an answer is to the last one (JSON); empty where it is the same, or was written before that one."""
    now, last = _text(response.answer), last or _text(Answer())
    if now == last:
        return ""
    if response.answer.status == OPEN and json.loads(last)["status"] != OPEN:
        return trail.TAKEN_BACK if may_take_back else ""
    return trail.ANSWERED


def _text(answer: Answer) -> str:
    return json.dumps(answer_record(answer), ensure_ascii=False)
