"""Takes the requests that the source documents print and writes them down as raw HTTP requests.

Run `python -m tests.dialects.extract_examples <folder of the documents>` to write examples/s0.http (the customer part
of the SBM integration guide: its two GET samples and four of its fetch() samples), examples/s2.http (all of the Self
Service API), examples/s3.http (the four requests of the BOTW endpoint) and examples/s4*.http: what the CRM document
prints of customers themselves, of leads, of what happened with customers, of orders, of feedback, and of figures and
all that is left, every request once. A fetch() sample becomes the request that a browser would send for it; a sample
without headers gets those that the guide says every request must include.
"""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from tests.dialects.http_file import RawRequest, written

FOLDER = Path(__file__).parent / "examples"
S0_HOST, S3_HOST = "https://api.sbmcrm.example.com", "https://api.botw.org"
S2_BASE = "https://sandbox.crm.com/self-service/v1"

_FETCH = re.compile(
    r"^(?P<title>[A-Z][A-Za-z ]+)\n(?P<consts>(?:const \w+ = \w+;\n)*)"
    r"const response = await fetch\((?P<call>.*?)\n?\);\n",
    re.MULTILINE | re.DOTALL,
)
_HEADER = re.compile(r"^([A-Za-z_-]+): (.+)$")
_ID = re.compile(r"/(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-Z]{20,})")


def requests_of_s0(text: str) -> list[RawRequest]:
    """The samples about customers, in the order of the guide."""
    required = _headers_of(text.partition("All requests must include:\n")[2])
    samples = re.finditer(r"^(GET) (/api/v1/customers\?\S+)$", text, re.MULTILINE)
    listed = [
        RawRequest(f"{_section_before(text, match.start())}: {_line_before(text, match.start())}", match[1], match[2],
                   required)
        for match in samples
    ]  # fmt: skip
    fetched = [_request_of_fetch(match) for match in _FETCH.finditer(text)]
    return listed + [request for request in fetched if re.fullmatch(r"/v1/customers(/\d+|\?.*)?", request.path)]


def requests_of_s2(text: str) -> list[RawRequest]:
    """All requests of the document, in its order; each is called by its verb and its address without ids."""
    requests: list[RawRequest] = []
    for match in re.finditer(rf"^(GET|POST|PUT|DELETE) (?:{S2_BASE})?(/\S+) HTTP/1\.1\n", text, re.MULTILINE):
        rest = text[match.end() :]
        headers = _headers_of(rest)
        body = rest.split("\n", len(headers))[-1]
        end = json.JSONDecoder().raw_decode(body)[1] if body.startswith("{") else 0
        name = f"{match[1]} {_ID.sub('/{id}', match[2])}"
        number = sum(request.title.startswith(name) for request in requests) + 1
        requests.append(RawRequest(f"{name} ({number})", match[1], match[2], headers, body[:end]))
    return requests


def requests_of_s3(text: str) -> list[RawRequest]:
    """All requests of the document, in its order."""
    parts = re.split(r"^((?:POST|PUT|DELETE|GET) - .+)$", text, flags=re.MULTILINE)[1:]
    return [_printed_request(title, part) for title, part in zip(parts[::2], parts[1::2], strict=True)]


def requests_of_s4(text: str) -> list[RawRequest]:
    """The requests about customers, in the order of the document; the file of the import is not printed."""
    samples = re.finditer(r"^(GET|POST|PUT|DELETE) (/dev/crm/customers(?:/:customerId|/export)?)$", text, re.MULTILINE)
    return [_bare_request(match, text) for match in samples]


def leads_of_s4(text: str) -> list[RawRequest]:
    """The requests about leads and their interactions, in the document's order; the import's file is not printed."""
    routes = r"(?:/:leadId(?:/convert|/interactions(?:/:interactionId)?)?|/export|/import|/nurture/start)?"
    samples = re.finditer(rf"^(GET|POST|PUT|DELETE) (/dev/crm/leads{routes})$", text, re.MULTILINE)
    return [_bare_request(match, text) for match in samples]


def customer_interactions_of_s4(text: str) -> list[RawRequest]:
    """The requests about what happened with customers, in the document's order."""
    routes = r"/dev/crm/customers/:customerId/interactions(?:/:interactionId)?"
    samples = re.finditer(rf"^(GET|POST|PUT|DELETE) ({routes})$", text, re.MULTILINE)
    return [_bare_request(match, text) for match in samples]


def orders_of_s4(text: str) -> list[RawRequest]:
    """The requests about orders, in the document's order."""
    samples = re.finditer(r"^(GET|POST|PUT|DELETE) (/dev/crm/orders(?:/:orderId)?)$", text, re.MULTILINE)
    return [_bare_request(match, text) for match in samples]


def feedback_of_s4(text: str) -> list[RawRequest]:
    """The requests about feedback, in the document's order."""
    routes = r"/dev/crm/(?:customers/:customerId/feedback/request|feedback/[\w:-]+)"
    samples = re.finditer(rf"^(GET|POST|PUT|DELETE) ({routes})$", text, re.MULTILINE)
    return [_bare_request(match, text) for match in samples]


def figures_of_s4(text: str) -> list[RawRequest]:
    """The rest: the import of customers, figures about customers and leads, and what is to be followed up."""
    routes = r"/dev/crm/(?:customers/(?:import|segments|:customerId/health)|reports/\w+|analytics/\w+|followups/\w+)"
    samples = re.finditer(rf"^(GET|POST|PUT|DELETE) ({routes})$", text, re.MULTILINE)
    return [_bare_request(match, text) for match in samples]


def _bare_request(match: re.Match[str], text: str) -> RawRequest:
    """A request below its heading; its body, if there is one, is the object between a blank line and the next."""
    verbs = "List|Get|Create|Update|Delete|Convert|Export|Import|Start|Request|Process"
    nouns = "Interactions?|Nurturing|Segments|Health|Analytics|Reminders|Themes|Dashboard|Metrics"
    heading = rf"^(?:{verbs}) [\w-]+(?: (?:{nouns}))?$"
    title = re.findall(heading, text[: match.start()], re.MULTILINE)[-1]
    rest = text[match.end() + 1 :]
    headers = _headers_of(rest)
    body = "\n".join(rest.splitlines()[len(headers) + 1 :]).partition("\n\n")[0]
    return RawRequest(title, match[1], match[2], headers, body if body.startswith("{") else "")


def _section_before(text: str, position: int) -> str:
    """The heading that a sample stands under; the guide's headings of this kind are followed by a sentence."""
    return re.findall(r"^(Pagination|Filtering & Search)$", text[:position], re.MULTILINE)[-1]


def _line_before(text: str, position: int) -> str:
    return text[:position].splitlines()[-1]


def _headers_of(text: str) -> tuple[tuple[str, str], ...]:
    """The header lines that `text` begins with."""
    pairs = []
    for line in text.splitlines():
        match = _HEADER.match(line)
        if match is None:
            break
        pairs.append((match[1], match[2]))
    return tuple(pairs)


def _request_of_fetch(match: re.Match[str]) -> RawRequest:
    call = match["call"]
    constants = dict(re.findall(r"const (\w+) = (\w+);", match["consts"]))
    url = re.search(r"['`](https://[^'`]+)['`]", call)[1]
    for name, value in constants.items():
        url = url.replace(f"${{{name}}}", value)
    verb = re.search(r"method: '(\w+)'", call)
    headers = re.findall(r"^'([A-Za-z-]+)': ['`]([^'`]+)['`],?$", call, re.MULTILINE)
    body = re.search(r"JSON\.stringify\((\{.*?\})\)", call, re.DOTALL)
    return RawRequest(
        title=match["title"],
        verb=verb[1] if verb else "GET",
        path=url.removeprefix(S0_HOST),
        headers=tuple(headers),
        body=_stringified(body[1]) if body else "",
    )


def _stringified(literal: str) -> str:
    """What JSON.stringify makes of a flat object literal."""
    quoted = re.sub(r"^(\w+):", r'"\1":', literal, flags=re.MULTILINE).replace("'", '"')
    return json.dumps(json.loads(quoted), separators=(",", ":"))


def _printed_request(title: str, part: str) -> RawRequest:
    first, *rest = part.partition("Example Request\n")[2].partition("\nResponse\n")[0].splitlines()
    verb, url = first.split(" ", 1)
    headers = _headers_of("\n".join(rest))
    return RawRequest(title, verb, url.removeprefix(S3_HOST), headers, "\n".join(rest[len(headers) :]))


DOCUMENTS: dict[str, tuple[str, Callable[[str], list[RawRequest]], int]] = {
    "s0.http": ("0-sbm-api-integration-guide.txt", requests_of_s0, 6),
    "s2.http": ("2-crmcom-self-service.txt", requests_of_s2, 29),
    "s3.http": ("3-botw-crm-endpoint.txt", requests_of_s3, 4),
    "s4.http": ("4-dev-crm.txt", requests_of_s4, 5),
    "s4-leads.http": ("4-dev-crm.txt", leads_of_s4, 13),
    "s4-customer-interactions.http": ("4-dev-crm.txt", customer_interactions_of_s4, 4),
    "s4-orders.http": ("4-dev-crm.txt", orders_of_s4, 5),
    "s4-feedback.http": ("4-dev-crm.txt", feedback_of_s4, 6),
    "s4-figures.http": ("4-dev-crm.txt", figures_of_s4, 7),
}


def main(folder: Path) -> None:
    for name, (document, extract, count) in DOCUMENTS.items():
        requests = extract((folder / document).read_text())
        if len(requests) != count:
            raise SystemExit(f"{document}: {count} requests were expected, {len(requests)} found.")
        comment = f"{count} requests of {document}, as printed there.\nWritten by tests/dialects/extract_examples.py."
        (FOLDER / name).write_text(written(requests, comment))
        print(f"{name}: {count} requests")
    printed = re.findall(r"^(?:GET|POST|PUT|DELETE) /", (folder / "4-dev-crm.txt").read_text(), re.MULTILINE)
    of_s4 = sum(count for document, _, count in DOCUMENTS.values() if document == "4-dev-crm.txt")
    if len(printed) != of_s4:
        raise SystemExit(f"4-dev-crm.txt prints {len(printed)} requests, {of_s4} are written down.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
