"""Included by a worker process: what the kill test proves must fail with this."""

from crm.messaging.services import sending

sending._leave_open = sending._put_off
