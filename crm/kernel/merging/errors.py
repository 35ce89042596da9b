from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, NotFound


class AlreadyMerged(Conflict):
    """`data["merged_into"]` is where the record went."""

    code = "already_merged"
    tells = ("merged_into",)
    message = _("This record has been merged into another already.")


class MergeNotFound(NotFound):
    code = "merge_not_found"
    message = _("There is no such merge.")


class AlreadyUnmerged(Conflict):
    code = "already_unmerged"
    message = _("This merge has been taken apart already.")


class MergeTooOld(Conflict):
    code = "merge_too_old"
    message = _("A merge can be taken apart for 30 days.")


class MergeOverlaid(Conflict):
    code = "merge_overlaid"
    message = _("Since then one of the merged was merged again, deleted or changed, so this merge has to stay.")


class PairNotFound(NotFound):
    code = "pair_not_found"
    message = _("There is no such pair of possible duplicates.")
