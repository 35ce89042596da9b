"""Guards of approvals: who may decide, once, and what waits meanwhile."""

from tests.mutants.mutant import Mutant

APPROVING = (
    Mutant(
        "a waiting order may be changed",
        "crm/orders/services/approvals.py",
        "            ensure_free(ORDER, order.pk)",
        "            pass",
        "tests/crm/approvals/test_deciding.py",
    ),
    Mutant(
        "somebody else's request is decided",
        "crm/approvals/services/deciding.py",
        "    if actor.kind == ActorKind.MEMBER and str(request.contact_id) != actor.id:",
        "    if False:",
        "tests/crm/approvals/test_deciding.py",
    ),
    Mutant(
        "whoever asked may approve",
        "crm/approvals/selectors.py",
        "    return request.asked_by_kind == ActorKind.STAFF and request.asked_by == str(staff_id)",
        "    return False",
        "tests/crm/approvals/test_deciding.py",
    ),
    Mutant(
        "what has changed is approved all the same",
        "crm/approvals/services/deciding.py",
        "    if kind.snapshot(request.record_id) != request.snapshot:",
        "    if False:",
        "tests/crm/approvals/test_deciding.py",
    ),
    Mutant(
        "one of several who are all needed is enough",
        "crm/approvals/services/deciding.py",
        '    if request.step["needs"] == Needs.ANY or decider.settles:',
        "    if True:",
        "tests/crm/approvals/test_deciding.py",
    ),
    Mutant(
        "a link of a mail is good twice",
        "crm/approvals/services/deciding.py",
        "    if request.at != token.step or not good.update(used_at=now()):",
        "    if not good.exists() and False:",
        "tests/crm/approvals/test_links_and_delay.py",
    ),
    Mutant(
        "looking at a link's page decides",
        "selfservice/v1/approvals.py",
        '        return _asked(request._request, token, "accept")',
        '        return _decided(request._request, token, "accept")',
        "tests/selfservice/v1/test_approvals.py",
    ),
)
