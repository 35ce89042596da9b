from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound


class SegmentNotFound(NotFound):
    code = "segment_not_found"
    message = _("There is no such segment.")


class SegmentTaken(Duplicate):
    code = "segment_taken"
    field = "slug"
    message = _("There is a segment of this short name.")


class BadRule(Invalid):
    """Each complaint names the place of what is wrong, such as `rule.all.0.value`."""

    code = "bad_rule"
    field = "rule"
    message = _("The conditions cannot be read.")


class CircularSegment(Invalid):
    code = "circular_segment"
    field = "rule"
    message = _("A segment cannot depend on itself, not by way of others either.")


class SegmentInUse(Conflict):
    code = "segment_in_use"
    message = _("Other segments ask about this one; change them first.")


class StaysStatic(Invalid):
    """Its people are those of one moment; what it was made by is only told."""

    code = "stays_static"
    field = "rule"
    message = _("The conditions of a snapshot cannot be changed.")


class PeopleNotYours(Forbidden):
    """Who may read segments need not be allowed to read people."""

    code = "people_not_yours"
