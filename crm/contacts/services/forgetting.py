from datetime import timedelta

from crm.contacts.models import OnceCode, SignInLink
from crm.kernel.clock import now
from crm.kernel.transactions import atomic

KEPT, CHUNK = timedelta(days=30), 1_000


@atomic
def forget_traces() -> int:
    """Delete a thousand requests for codes and as many for links that are thirty days old; how many there were."""
    gone = 0
    for model in (OnceCode, SignInLink):
        old = model.objects.filter(created_at__lt=now() - KEPT).values_list("pk", flat=True)[:CHUNK]
        gone += model.objects.filter(pk__in=list(old)).delete()[0]
    return gone
