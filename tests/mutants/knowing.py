"""Guards of what is known of people: rules of segments, who is in them, how customers are doing."""

from tests.mutants.mutant import Mutant

KNOWING = (
    Mutant(
        "whoever writes a rule may ask about what they may not read",
        "crm/insights/rules/reading.py",
        "        if self.editor is not None and not self.editor.may(grant):",
        "        if False:",
        "tests/crm/insights/test_rules.py tests/backoffice/dev/test_segments.py",
    ),
    Mutant(
        "a built-in segment reads for whoever names it",
        "crm/insights/rules/reading.py",
        "            return read_rule(rule, self.known, editor=self.editor)",
        "            return read_rule(rule, self.known)",
        "tests/crm/insights/test_rules.py",
    ),
    Mutant(
        "segments may depend on each other in a circle",
        "crm/insights/services/defining.py",
        "    if segment.slug in reached:\n        raise CircularSegment\n",
        "",
        "tests/crm/insights/test_segments.py",
    ),
    Mutant(
        "a circle over a third segment goes unseen",
        "crm/insights/services/defining.py",
        "        ahead = {further for slug in ahead for further in named.get(slug, ())} - reached",
        "        ahead = set()",
        "tests/crm/insights/test_segments.py",
    ),
    Mutant(
        "what is not true of somebody without a value is not false either",
        "crm/insights/rules/conditions.py",
        '    template = "(%(expressions)s) IS NOT TRUE"',
        '    template = "NOT (%(expressions)s)"',
        "tests/crm/insights/test_rules.py",
    ),
    Mutant(
        "none of several is taken for not all of them",
        "crm/insights/rules/compiling.py",
        "(node.join is Join.ANY) == complement",
        "(node.join is Join.ALL) != complement",
        "tests/crm/insights/test_rules_at_random.py",
    ),
    Mutant(
        "contacts who are no customers are in segments",
        "crm/insights/rules/conditions.py",
        '    return anchored(contacts(), "customer__").filter(customer__deleted_at=None)',
        "    return contacts()",
        "tests/crm/insights/test_segments.py",
    ),
    Mutant(
        "two look at one person at once",
        "crm/insights/services/settling.py",
        '.select_for_update(of=("self",), no_key=True)',
        "",
        "tests/races/test_insights.py",
    ),
    Mutant(
        "filling a segment tells of everybody",
        "crm/insights/services/filling.py",
        "    settle(of, known, held, inside, quietly=segment.state == SegmentState.FILLING)",
        "    settle(of, known, held, inside)",
        "tests/crm/insights/test_segments.py",
    ),
    Mutant(
        "a filling that was overtaken goes on",
        "crm/insights/services/filling.py",
        "archived_at=None, revision=revision).first()",
        "archived_at=None).first()",
        "tests/crm/insights/test_segments.py",
    ),
    Mutant(
        "who may not read people sees who is in a segment",
        "crm/insights/selectors/segments.py",
        "    if not current_scope().actor.may(READ_PEOPLE):\n        raise PeopleNotYours\n",
        "",
        "tests/backoffice/dev/test_segments.py",
    ),
    Mutant(
        "a band is left at the threshold where it was entered",
        "crm/insights/scoring.py",
        "HYSTERESIS = 3",
        "HYSTERESIS = 0",
        "tests/crm/insights/test_scoring.py",
    ),
    Mutant(
        "the first look at somebody is a change of band",
        "crm/insights/services/health.py",
        "        for row in known if row.band != former[row.pk].band",
        "        for row in found if row.pk not in former or row.band != former[row.pk].band",
        "tests/crm/insights/test_health.py",
    ),
)
