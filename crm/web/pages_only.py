"""Django's middleware for browsers: sessions, who is signed in there, messages, forms.

APIs know none of it and go around it: their callers come with keys and tokens. It took an eighth of a request's time.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from crm.web.dialects import dialect_of


class _PagesOnly:
    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_of_an_api(request):
            return self.get_response(request)  # type: ignore[no-any-return]
        return super().__call__(request)  # type: ignore[misc, no-any-return]


class Sessions(_PagesOnly, SessionMiddleware):
    pass


class SignedIn(_PagesOnly, AuthenticationMiddleware):
    pass


class Messages(_PagesOnly, MessageMiddleware):
    pass


class Forms(_PagesOnly, CsrfViewMiddleware):
    def process_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return None if _is_of_an_api(request) else super().process_view(request, *args, **kwargs)


def _is_of_an_api(request: HttpRequest) -> bool:
    known: bool | None = getattr(request, "is_of_an_api", None)
    if known is None:
        known = dialect_of(request.path_info) is not None
        request.is_of_an_api = known  # type: ignore[attr-defined]
    return known
