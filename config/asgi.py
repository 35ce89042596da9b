"""The web application with streams that stay open, for an ASGI server: `make run`, and beside WSGI processes in earnest
(docs/operations.md, "Streams").
"""

from config.wsgi import application as wsgi_application
from crm.web.streams.serving import WithStreams

application = WithStreams(wsgi_application)
