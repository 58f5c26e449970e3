"""Takes into the ledger what people wrote in the workbooks of a folder. One that did not change is not read again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from reconcile.batch.folder import workbooks
from reconcile.core.input_files import WORKBOOK, open_regular
from reconcile.evidence.records import Header
from reconcile.ledger import taken_in, trail
from reconcile.ledger.item import OPEN, Answer, Response
from reconcile.ledger.item_records import answer_record
from reconcile.ledger.ledger import Workbook
from reconcile.ledger.series import Series
from reconcile.ledger.taken_in import EDITED, UNREADABLE, UNTOUCHED, TakenIn
from reconcile.ledger.trail import Event
from reconcile.report.earlier import Unreadable, read
from reconcile.report.excel.package import is_untouched


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
    return there


def stamp_of(path: Path) -> str:
    """What changes when the file is written: its size, its times, and its place on the disk. Empty if it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


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
    taken_in.take_in(connection, series, file, book)
    return file


def _events(connection: sqlite3.Connection, series: Series, file: TakenIn, book: Workbook) -> Iterator[Event]:
    """What the people say in this workbook that they did not say before."""
    told = taken_in.answers_in(connection, file.name)
    day = file.day.isoformat()
    for key, response in book.responses.items():
        if response != told.get(key) and (event := _answered(connection, series, key, response)):
            yield event._replace(day=day, by=book.modified_by, file=file.name, file_sha256=file.sha256)
    signed_before = taken_in.sign_offs_in(connection, file.name)
    signed = {who: list(each) for who, each in book.sign_offs.items()}
    for who in {**signed_before, **signed}:
        before, after = signed_before.get(who), signed.get(who)
        if before != after:
            yield Event(
                trail.SIGNED_OFF if after else trail.WITHDRAWN,
                day,
                by=book.modified_by,
                file=file.name,
                file_sha256=file.sha256,
                before=_signature(who, before),
                after=_signature(who, after),
            )


def _answered(connection: sqlite3.Connection, series: Series, key: str, response: Response) -> Event | None:
    """The event of an answer; None if it was given before, in this workbook or another from which it was carried."""
    last = trail.last_answer(connection, series, key)
    now = json.dumps(answer_record(response.answer), ensure_ascii=False)
    nothing = json.dumps(answer_record(Answer()), ensure_ascii=False)
    if now == (last or nothing):
        return None
    is_taken_back = response.answer.status == OPEN and json.loads(last or nothing)["status"] != OPEN
    if is_taken_back and not response.withdrawn:
        return None  # it was not answered in this workbook: it is older than the answer
    return Event(trail.TAKEN_BACK if is_taken_back else trail.ANSWERED, "", key, before=last, after=now)


def _signature(who: str, signed: list[str] | None) -> str:
    return "" if signed is None else json.dumps({who: signed}, ensure_ascii=False)
