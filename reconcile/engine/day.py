"""A day, from its raw records to its result: the order of the steps, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.engine import control
from reconcile.engine.causes import find_causes
from reconcile.engine.chain.earlier import EarlierStock
from reconcile.engine.chain.put_back import with_put_backs
from reconcile.engine.immaterial import with_materiality
from reconcile.engine.judge import judge_day, with_messages
from reconcile.engine.match import match_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence
from reconcile.frames import Day, build_day
from reconcile.model.judged import Causes, JudgedLines, JudgedOperations
from reconcile.rulebook.rule import Rule
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import Settings


def reconcile_day(
    evidence: Evidence,
    settings: Settings,
    rules: Sequence[Rule] = RULES,
    earlier: EarlierStock | None = None,
) -> Result:
    """Judge one venue's business day: frames, match, rules, control totals.

    `earlier`: what earlier days left in the stocks; without it their first operations are compared with nothing.

    Pure: no file, no network, no logging set up; the same evidence and settings give the same result. Raises
    `OtherVenue` where receipts are of a venue that was not asked for, and `Bug` where the control totals do not add up.
    """
    return judge_frames(build_day(evidence, settings), evidence, settings, rules, earlier)


def judge_frames(
    day: Day,
    evidence: Evidence,
    settings: Settings,
    rules: Sequence[Rule] = RULES,
    earlier: EarlierStock | None = None,
) -> Result:
    """Match, rules and control totals of a day's frames; `evidence` says of which day and venue."""
    earlier = earlier or EarlierStock()
    matched = match_day(day, settings, earlier)
    thresholds = matched.thresholds
    judged, crashed = judge_day(matched, day.given_times, rules, settings.rules, thresholds)
    judged = with_put_backs(judged, matched.operations)
    lines = control.classed_lines(matched, judged, rules, thresholds)
    operations = control.classed_operations(matched, lines, judged, rules)
    material, immaterial = with_materiality(judged, settings.thresholds.material_value, rules)
    findings, causes = find_causes(with_messages(material, rules), rules, matched.lines, thresholds)
    return Result(
        header=evidence.header,
        settings=settings,
        venue=day.venue,
        rules={rule.name: rule for rule in rules},
        thresholds=thresholds,
        finished_at=evidence.finished_at or "",
        evidence_digest=evidence.digest,
        requests=evidence.requests,
        refused=tuple(dict.fromkeys(evidence.refused + evidence.catalogue_without)),
        listed_total=evidence.listed_total,
        listed=day.raw_counts.listed,
        opened_earlier=evidence.opened_earlier,
        gone=tuple(evidence.gone),
        changed_since=evidence.changed_since,
        earlier_days=earlier.days,
        control=control.control_totals(day, lines, operations, findings),
        receipts=matched.receipts,
        lines=JudgedLines.checked(lines),
        operations=JudgedOperations.checked(operations),
        ingredients=matched.ingredients,
        catalogue=day.catalogue,
        repeated=day.repeated,
        rounded=matched.rounded,
        not_believed=matched.not_believed,
        immaterial=immaterial,
        findings=findings,
        causes=Causes.checked(causes),
        quarantine=day.quarantine,
        failures=day.failures,
        crashed_rules=crashed,
    )
