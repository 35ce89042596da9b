"""Wiring: environment, settings, addresses, processes. Nothing here knows the business."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
