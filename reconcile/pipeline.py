"""A day, from its evidence to the accountant's workbook: the order of the steps, and nothing else."""

from __future__ import annotations

import dataclasses
import logging
from datetime import date
from functools import partial
from pathlib import Path

from reconcile import control, output
from reconcile.causes import find_causes
from reconcile.errors import UsageError
from reconcile.evidence import Evidence, read_evidence
from reconcile.frames import Day, build_day
from reconcile.judge import judge_day
from reconcile.language import ENGLISH, Language
from reconcile.match import match_day
from reconcile.memory import Ledger
from reconcile.remember import remember
from reconcile.report import findings_csv, findings_json, mail, workbook
from reconcile.result import Result
from reconcile.settings import Settings
from reconcile.thresholds import day_thresholds
from rules import RULES

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Output:
    """Where a report goes, and as what."""

    folder: Path
    language: Language = ENGLISH
    csv: bool = False
    """The findings as CSV too."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a day came to, and the files it left."""

    result: Result
    paths: tuple[Path, ...]
    summary: str
    """For the body of a mail, in the language of the workbook."""


def reconcile(evidence: Evidence, settings: Settings) -> Result:
    """Judge one day's evidence: frames, match, rules, control totals. Pure: same evidence, same result."""
    return judge(build_day(evidence, settings), evidence, settings)


def judge(day: Day, evidence: Evidence, settings: Settings) -> Result:
    """Match, rules and control totals of a day's frames; `evidence` says whose and when."""
    matched = match_day(day, settings)
    thresholds = day_thresholds(settings.thresholds, matched.lines, day.catalogue)
    judgement = judge_day(matched, day.given_times, RULES, settings, thresholds)
    findings, causes = find_causes(judgement.findings, matched.lines, thresholds)
    line_class = control.line_classes(matched, judgement.findings, RULES, thresholds)
    operation_class = control.operation_classes(matched, line_class, judgement.findings, RULES)
    return Result(
        header=evidence.header,
        settings=settings,
        finished_at=evidence.finished_at or "",
        evidence_digest=evidence.digest,
        requests=evidence.requests,
        listed_total=evidence.listed_total,
        control=control.control_totals(day, matched, judgement, line_class, operation_class),
        receipts=matched.receipts,
        lines=matched.lines,
        line_class=line_class,
        operations=matched.operations,
        operation_class=operation_class,
        ingredients=matched.ingredients,
        catalogue=day.catalogue,
        repeated=day.repeated,
        findings=findings,
        causes=causes,
        quarantine=day.quarantine,
        failures=day.failures,
        crashed_rules=judgement.crashed,
    )


def replay(path: Path, settings: Settings, out: Output, expected: date | None = None) -> Outcome:
    """An evidence file judged again, offline; no evidence is written. Raises `UsageError` if of another day."""
    evidence = read_evidence(path)
    if expected is not None and evidence.header.date != expected:
        raise UsageError(f"{path} is evidence of {evidence.header.date}, not of {expected}; leave out --date")
    return report(reconcile(evidence, settings), out)


def report(result: Result, out: Output) -> Outcome:
    """Write the workbook, with what earlier ones remember, the JSON and the CSV; each whole or not at all."""
    base = output.base_name(result.header)
    documents = {"json": findings_json.render(result)}
    if out.csv or (out.folder / f"{base}.csv").exists():  # one of an earlier run would tell another story
        documents["csv"] = findings_csv.render(result)
    ledger = remember(result, out.folder)
    book = _write_workbook(result, ledger, base, out)
    paths = [book]
    for kind, document in documents.items():
        path = out.folder / f"{base}.{kind}"
        try:
            output.write_whole(path, partial(_write_bytes, content=document))
        except PermissionError as error:
            raise output.not_writable(path, error) from None
        paths.append(path)
    summary = mail.render(result, ledger, {rule.name: rule for rule in RULES}, out.language)
    return Outcome(result, tuple(paths), summary)


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _write_workbook(result: Result, ledger: Ledger, base: str, out: Output) -> Path:
    """Into the first name that no person has written into and no program holds open."""
    for path in output.workbook_paths(out.folder, base):
        if path.exists() and (output.is_held_open(path) or not workbook.is_untouched(path)):
            log.warning("%s was changed by hand or is open; it stays as it is", path)
            continue
        try:
            output.write_whole(
                path,
                lambda temporary: workbook.write(result, ledger, RULES, temporary, language=out.language),
            )
        except PermissionError:
            log.warning("%s is held by another program; it stays as it is", path)
            continue
        return path
    raise UsageError(
        f"every name for the workbook of {base} in {out.folder} is taken; move some of them away"
    )
