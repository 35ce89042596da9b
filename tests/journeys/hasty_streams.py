"""The product's streams with short times, so that a test need not wait for ten minutes."""

from config.asgi import application
from crm.web.streams import carrier, hub

hub.LIFE_SECONDS, carrier.HEARTBEAT_SECONDS = 4.0, 1.0
__all__ = ["application"]
