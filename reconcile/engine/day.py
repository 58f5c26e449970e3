"""day."""

from __future__ import annotations

from reconcile.engine import control
from reconcile.engine.causes import find_causes
from reconcile.engine.judge import judge_day
from reconcile.engine.match import match_day
from reconcile.engine.result import Result
from reconcile.evidence.records import Evidence
from reconcile.frames import Day, build_day
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import day_thresholds
from rules import RULES


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
        thresholds=thresholds,
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
